/** Many people on one chat service. */
export interface Crowd {
  readonly name: string;
  /** Lines of the bot's configuration file. */
  readonly config: readonly string[];
  readonly admin: string;
  readonly people: number;
  /** Somebody (0…) types a command; resolves when its first answer is there for that person to see. */
  ask(person: number, number: number): Promise<void>;
  /** Starts a run there, whose board is kept and whose outcome is told there. */
  start(command: string): Promise<void>;
  close(): Promise<void>;
}

/** What people type who watch a deploy day; `{n}`: a number that comes once. */
export const TYPED = [
  'status e0',
  'envs',
  'whoami',
  'status nope-{n}',
  'pool',
  'status e1',
  'blueprints',
  'stauts e{n}',
];

export const WITHIN_MS = 30_000;
