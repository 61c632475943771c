import type { CpuGroup } from './cpu/meter.ts';

/** Somebody who can do a piece of work, again and again. */
export interface Contender {
  readonly name: string;
  readonly client: CpuGroup;
  readonly database?: CpuGroup;
  /** Takes away what an earlier run left. Not measured. */
  readonly prepare?: () => Promise<void>;
  /** Does the work, from nothing connected to the last answer told. */
  run(): Promise<void>;
  /** Ends what it keeps running for a next time; counts as its work. */
  readonly leave?: () => Promise<void>;
  /** Throws unless the last run did all that it should have, exactly. */
  check(): Promise<void>;
  /** It takes so long, and so much more than the others, that once is enough. */
  readonly once?: boolean;
}

/** A piece of work that contenders are compared at. */
export interface Work {
  readonly id: string;
  readonly title: string;
  readonly contenders: readonly Contender[];
}

/** Lines by the node that printed them, each node's in their order. */
export type Answers = ReadonlyMap<string, readonly string[]>;

/** Throws with the first difference unless every one of these nodes printed exactly these lines, and nobody else any. */
export function mustAnswer(answers: Answers, nodes: readonly string[], expected: readonly string[]): void {
  for (const node of nodes) {
    const lines = answers.get(node) ?? [];
    const wrong = expected.findIndex((line, i) => lines[i] !== line);
    if (wrong >= 0) {
      const got = JSON.stringify(lines[wrong] ?? 'nothing');
      throw new Error(`${node}: line ${wrong + 1} is ${got}, expected ${JSON.stringify(expected[wrong])}`);
    }
    if (lines.length > expected.length) {
      throw new Error(`${node}: ${lines.length} lines, expected ${expected.length}`);
    }
  }
  const strangers = [...answers.keys()].filter((node) => !nodes.includes(node));
  if (strangers.length > 0)
    throw new Error(`output of nobody that was asked: ${strangers.slice(0, 3).join(', ')}`);
}

/** Reads `NODE<separator>LINE` lines. Lines without the separator count as those of the node ``. */
export function readTagged(text: string, separator: string): Answers {
  const answers = new Map<string, string[]>();
  for (const line of text.split('\n').slice(0, -1)) {
    const at = line.indexOf(separator);
    const node = at < 0 ? '' : line.slice(0, at);
    const lines = answers.get(node) ?? [];
    lines.push(at < 0 ? line : line.slice(at + separator.length));
    answers.set(node, lines);
  }
  return answers;
}
