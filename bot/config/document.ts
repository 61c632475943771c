import { isCollection, isMap, isNode, isScalar, LineCounter, type ParsedNode, parseDocument } from 'yaml';

/** Something wrong at one place of the file. `path` leads to it: `['irc', 0, 'port']`. */
export interface FileProblem {
  readonly path: readonly PropertyKey[];
  /** The problem is this key of the map at `path`; it may be a misplaced secret and is not shown. */
  readonly key?: string;
  readonly message: string;
}

/** A configuration file that was read. */
export interface ConfigDocument {
  /** What it holds, as plain values. */
  readonly value: unknown;
  /** The problems as lines `FILE:LINE: KEY: MESSAGE`, in the file's order. */
  lines(problems: readonly FileProblem[]): string[];
}

/** Reads YAML; answers lines of problems where it is none. The text's values are in no problem. */
export function readDocument(
  file: string,
  text: string,
): { ok: true; document: ConfigDocument } | { ok: false; problems: string[] } {
  const counter = new LineCounter();
  const lineAt = (offset: number) => Math.max(1, counter.linePos(offset).line);
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  // After the colon these messages may cite the file, and so a password.
  const faults = [...document.errors, ...document.warnings].map(
    (fault) => `${file}:${lineAt(fault.pos[0])}: not valid YAML: ${fault.message.split(/[:\n]/)[0]}`,
  );
  if (faults.length > 0) {
    const unquoted = unquotedIn(text);
    const isCause = unquoted !== null && unquoted <= lineAt(document.errors[0]?.pos[0] ?? 0);
    const why = 'what begins with # is a comment in YAML; put names of channels in quotes: ["#deploy"]';
    return { ok: false, problems: isCause ? [`${file}:${unquoted}: ${why}`] : faults };
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    return { ok: false, problems: [`${file}: not valid YAML: an alias (*name) that cannot be followed`] };
  }
  const root = document.contents as ParsedNode | null;
  return {
    ok: true,
    document: {
      value: value ?? {},
      lines: (problems) =>
        problems
          .map(({ path, key, message }) => {
            const at = key === undefined ? path : [...path, key];
            return { offset: offsetOf(root, at), path, message };
          })
          .sort((a, b) => a.offset - b.offset)
          .map(
            ({ offset, path, message }) =>
              `${file}:${lineAt(offset)}: ${path.length > 0 ? `${keyOf(path)}: ` : ''}${message}`,
          ),
    },
  };
}

/** The first line on which an entry of a list in brackets begins with #, as a channel of IRC does: the rest of that line is a comment. */
function unquotedIn(text: string): number | null {
  const index = text.split('\n').findIndex((line) => /^[^#'"]*[[,]\s*#[^\s#]/.test(line));
  return index < 0 ? null : index + 1;
}

/** Where the value at `path` stands, or the nearest thing above it that is there; an entry of a map stands at its key. */
function offsetOf(root: ParsedNode | null, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let offset = root?.range[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isCollection(node)) {
      node = node.get(Number(step), true);
      offset = startOf(node) ?? offset;
    } else {
      break;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** `irc[0].sasl.password` */
function keyOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((key, step) => {
    if (typeof step === 'number') return `${key}[${step}]`;
    return key === '' ? String(step) : `${key}.${String(step)}`;
  }, '');
}
