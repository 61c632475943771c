import { isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { BlueprintProblem } from './problem.ts';

/** A YAML file under reading: collects every problem instead of stopping at the first. */
export interface Source {
  readonly file: string;
  /** Adds a problem at `offset` of the text. */
  complain(offset: number, key: string, message: string): void;
  /** In the file's order. */
  problems(): BlueprintProblem[];
  /** Follows an alias to what it stands for. */
  resolve(node: Node | null): Node | null;
}

/** A value in the file: the way to it, where it stands, and what it is. */
export interface Place {
  readonly source: Source;
  /** `steps[3].needs` */
  readonly key: string;
  readonly offset: number;
  /** Null where the file has a key without a value. Never an alias. */
  readonly node: Node | null;
}

/** Aliases can make a small file stand for a huge one; these limits are far above any real blueprint. */
const MOST_ALIASES = 100;
const MOST_VALUES = 50_000;

/** More than this nobody reads. */
const MOST_PROBLEMS = 100;

/** The text goes on for ever when its aliases are followed. */
class TooManyValues extends Error {}

/** Reads `text` as YAML and hands its root to `read`. Problems of syntax end the reading before `read` is called. */
export async function readSource<T>(
  file: string,
  text: string,
  read: (root: Place) => Promise<T>,
): Promise<{ value: T | undefined; problems: BlueprintProblem[] }> {
  const lines = new LineCounter();
  const found: { offset: number; key: string; message: string }[] = [];
  const complain = (offset: number, key: string, message: string) =>
    void found.push({ offset, key, message });
  const problems = () => {
    found.sort((a, b) => a.offset - b.offset);
    const shown = found.slice(0, MOST_PROBLEMS).map(({ offset, key, message }) => {
      const { line, col } = lines.linePos(offset);
      return { file, line: Math.max(1, line), column: Math.max(1, col), key, message };
    });
    const last = shown.at(-1);
    const more = found.length - shown.length;
    return last && more > 0 ? [...shown, { ...last, key: '', message: `and ${more} more problems` }] : shown;
  };
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      // Looks at each pair of keys of a map; `readMap` finds duplicates in one pass.
      uniqueKeys: false,
    });
    const faulty = new Set<number>();
    for (const fault of [...document.errors, ...document.warnings]) {
      const { line } = lines.linePos(fault.pos[0]);
      // What follows on the same line is mostly a consequence of the first.
      if (!faulty.has(line)) complain(fault.pos[0], '', `not valid YAML: ${fault.message.split('\n')[0]}`);
      faulty.add(line);
    }
    let aliases = 0;
    visit(document, { Alias: () => void aliases++ });
    if (aliases > MOST_ALIASES) complain(0, '', `${aliases} aliases (*name): at most ${MOST_ALIASES}`);
    if (found.length > 0) return { value: undefined, problems: problems() };

    let values = 0;
    const resolve = (node: Node | null): Node | null => {
      values++;
      if (values > MOST_VALUES) throw new TooManyValues();
      return isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : node;
    };
    const source: Source = { file, complain, problems, resolve };
    const root = document.contents as Node | null;
    const value = await read({ source, key: '', offset: root?.range?.[0] ?? 0, node: resolve(root) });
    return { value, problems: problems() };
  } catch (error) {
    if (error instanceof TooManyValues) {
      complain(0, '', `more than ${MOST_VALUES} values, counting what aliases stand for`);
    } else if (error instanceof RangeError) {
      complain(0, '', 'nested too deeply');
    } else {
      throw error;
    }
    return { value: undefined, problems: problems() };
  }
}

/** Adds a problem at this place. */
export function complain(place: Place, message: string): void {
  place.source.complain(place.offset, place.key, message);
}

/** What stands at `place`, in words for an error message. */
export function describe(place: Place): string {
  const { node } = place;
  if (node === null) return 'nothing';
  if (isMap(node)) return 'a map';
  if (!isScalar(node)) return 'a list';
  if (node.value === null || node.value === undefined) return 'nothing';
  if (typeof node.value === 'string') return quote(node.value);
  return typeof node.value === 'object' ? 'something else' : String(node.value);
}

/** A word of the file inside an error message: on one line, not too long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
