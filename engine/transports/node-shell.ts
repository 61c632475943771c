import { randomBytes } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import {
  type Killed,
  type OutputSink,
  type RemoteOutcome,
  type RemoteTask,
  TransportError,
} from '../transport.ts';
import { createAnswerReader, type Mark, markOf, type Pass } from './answer-reader.ts';
import type { Patience } from './patience.ts';
import {
  ageQuestion,
  environmentText,
  followQuestion,
  forgetQuestion,
  killQuestion,
  LEAVE,
  runQuestion,
  stopQuestion,
  unendedQuestion,
  watchQuestion,
} from './supervisor/questions.ts';

/** One `/bin/sh -s` on the node with the supervisor program in it. It answers one question at a time. */
export interface NodeShell {
  /** See {@link Connection.mark}. */
  readonly mark: string;
  run(task: RemoteTask, offset: number, sink: OutputSink): Promise<RemoteOutcome>;
  follow(id: string, offset: number, sink: OutputSink): Promise<RemoteOutcome>;
  /** See {@link Connection.kill}. */
  kill(id: string, graceMs: number, spareEnded: boolean): Promise<Killed>;
  /** See {@link Connection.runningFor}. */
  runningFor(id: string): Promise<number | null>;
  /** See {@link Connection.unended}. */
  unended(prefix: string): Promise<string[]>;
  /** Resolves to those that were kept because they still run. */
  forget(ids: readonly string[] | 'all', sweepOlderThanDays?: number): Promise<string[]>;
  /** False once the channel is gone or an answer was not read to its end. */
  usable(): boolean;
  close(): void;
}

export interface NodeShellOptions {
  /** What the shell is sent first; it answers `<token> ready <mark>`. */
  readonly program: (token: string) => string;
  /** Names the node in errors. */
  readonly where: string;
  /** How long a task may run before its output is asked for as it comes. Most are over by then, and cost less. */
  readonly patience: Patience;
  /** After how long without output a task is looked at again, in ms. */
  readonly lookAgainMs: number;
}

/** How much of a task's output the node keeps, in bytes: what the supervisor sets as the limit of the file. */
const KEPT_OUTPUT = 64 << 20;

/** The last line of an output of which a part was dropped; it follows the supervisor's line feed. */
const cutMarker = (offset: number) =>
  Buffer.from(
    offset > KEPT_OUTPUT
      ? '[deployday] output beyond 64 MiB was dropped\n'
      : '[deployday] output is missing here: it could not be written on the node (disk full?)\n',
  );

/** A silent task is looked at again after so many times `lookAgainMs` at the longest: two minutes with 15 s. */
const MOST_PATIENCE = 8;

/** How long the leave to stop following may wait for the next question, to travel with it. */
const LEAVE_WITHIN_MS = 20;

/** Boots the shell behind `channel`. */
export async function openNodeShell(channel: ClientChannel, options: NodeShellOptions): Promise<NodeShell> {
  const { where, patience, lookAgainMs } = options;
  const reader = createAnswerReader(channel);
  const complaints = lastBytes(channel.stderr, 2000);
  let open = true;
  let busy = false;
  let leave: NodeJS.Timeout | undefined;
  channel.once('close', () => {
    open = false;
    clearTimeout(leave);
  });

  const nonsense = (what: string) =>
    new TransportError('protocol', `${where}: ${what}${complaints() && `; the node said: ${complaints()}`}`);

  /** The channel ended in the middle of an answer. The connection tells its own end; this is for the shell's. */
  const ended = () => nonsense('the shell on the node ended in the middle of an answer');

  function send(text: string): void {
    const wait = leave !== undefined;
    clearTimeout(leave);
    leave = undefined;
    channel.write(wait ? LEAVE + text : text);
  }

  function letGo(): void {
    leave = setTimeout(() => send(''), LEAVE_WITHIN_MS);
    leave.unref();
  }

  /** The next line that begins with one of these tokens. */
  async function line(tokens: readonly Mark[]): Promise<{ word: string; rest: string; token: Mark }> {
    const found = await reader.line(tokens);
    if (found === null) throw ended();
    const { rest, mark: token } = found;
    const space = rest.indexOf(' ');
    if (space === -1) return { word: rest, rest: '', token };
    return { word: rest.slice(0, space), rest: rest.slice(space + 1), token };
  }

  /** Marks the shell as not usable until the whole answer has been read. */
  async function exclusively<T>(work: () => Promise<T>): Promise<T> {
    busy = true;
    const result = await work();
    busy = false;
    return result;
  }

  /** The answer's first line. A task that takes its time is asked for what there is so far. */
  async function firstLine(question: (token: string) => string, watch: ((token: string) => string) | null) {
    const tokens = [randomMark()];
    const ask = (text: (token: string) => string, token: Mark) => send(text(token.text));
    ask(question, tokens[0] as Mark);
    if (watch === null) return line(tokens);
    const given = patience.begin();
    const timer = setTimeout(() => {
      given.over();
      const token = randomMark();
      tokens.push(token);
      ask(watch, token);
    }, given.ms);
    return line(tokens).finally(() => {
      clearTimeout(timer);
      given.over();
    });
  }

  async function readOutput(
    id: string,
    from: number,
    sink: OutputSink,
    start?: (token: string) => string,
  ): Promise<RemoteOutcome> {
    let offset = from;
    let looks = 0;
    const pass = (chunk: Buffer) => {
      const at = offset;
      offset += chunk.length;
      return sink(chunk, at);
    };
    const follow = (token: string) => followQuestion(token, id, offset);
    const watch = (token: string) => watchQuestion(token, id, offset);
    for (let first = start; ; first = undefined) {
      const { word, rest, token } = await firstLine(first ?? follow, first ? watch : null);
      if (word === 'absent') return { state: 'absent' };
      if (word === 'unknown') return { state: 'unknown', why: rest };
      if (word === 'failed') throw nonsense(rest);
      if (!TELLING.has(word)) throw nonsense(`task ${id}: unexpected answer ${word} ${rest}`);
      const nonce = markOf(rest);
      const before = offset;
      const end = word === 'live' ? await readLive(nonce, pass, looks) : await readEnd([nonce], pass);
      looks = offset === before ? looks + 1 : 0;
      if (end === null) throw ended();
      if (word === 'past') await line([token]);
      if (end.mark === nonce && end.rest !== 'gone') {
        if (end.rest.endsWith(' cut')) await pass(cutMarker(offset));
        return outcome(end.rest);
      }
      // The supervisor went away, or nothing was heard for long: what there is now is read from where we are.
    }
  }

  /**
   * The node's tail does not notice that a supervisor is dead before it is collected: we look again. `looks`: how often that
   * was in vain; a task that is silent for hours is looked at less and less, as every look costs its node some processes.
   */
  async function readLive(nonce: Mark, pass: Pass, looks: number) {
    const marks = [nonce];
    const pause = lookAgainMs * Math.min(MOST_PATIENCE, 2 ** looks);
    const look = setTimeout(() => {
      const token = randomMark();
      marks.push(token);
      send(stopQuestion(token.text));
    }, pause);
    const watched: Pass = (chunk) => {
      if (marks.length === 1) look.refresh();
      return pass(chunk);
    };
    const end = await readEnd(marks, watched).finally(() => clearTimeout(look));
    // The task's end may have crossed our question, which then has stopped the follower already.
    if (marks.length === 1 && end !== null) letGo();
    return end;
  }

  /** Reads on over an end that a full disk has torn: a whole one follows. */
  async function readEnd(marks: readonly Mark[], pass: Pass) {
    for (;;) {
      const end = await reader.bytes(marks, pass);
      if (end === null || end.rest === 'stopped' || WHOLE_END.test(end.rest)) return end;
    }
  }

  /** The lines of an answer that ends with `done`, by what they begin with. */
  async function list<Word extends string>(
    question: (token: string) => string,
    words: readonly Word[],
  ): Promise<Record<Word, string[]>> {
    const tokens = [randomMark()];
    send(question((tokens[0] as Mark).text));
    const found = Object.fromEntries(words.map((word) => [word, [] as string[]])) as Record<Word, string[]>;
    for (;;) {
      const { word, rest } = await line(tokens);
      if (word === 'done') return found;
      const expected = words.find((each) => each === word);
      if (expected === undefined) throw nonsense(`unexpected answer ${word} ${rest}`);
      found[expected].push(rest.trim());
    }
  }

  const { word, rest } = await firstLine(options.program, null);
  if (word !== 'ready') throw nonsense(rest);

  return {
    mark: rest,
    run: (task, offset, sink) =>
      exclusively(() => {
        const { id, script } = task;
        const environment = environmentText(task.env);
        const start = (token: string) => runQuestion(token, randomName(), id, offset, script, environment);
        return readOutput(id, offset, sink, start);
      }),
    follow: (id, offset, sink) => exclusively(() => readOutput(id, offset, sink)),
    async kill(id, graceMs, spareEnded) {
      const question = (token: string) => killQuestion(token, id, graceMs, spareEnded);
      const { left, itself, ended } = await exclusively(() => list(question, ['left', 'itself', 'ended']));
      const [code] = [...itself, ...ended];
      return { left, exitCode: code === undefined ? null : Number(code), byItself: itself.length > 0 };
    },
    async runningFor(id) {
      const { running } = await exclusively(() => list((token) => ageQuestion(token, id), ['running']));
      return running[0] === undefined ? null : Number(running[0]) * 10;
    },
    async unended(prefix) {
      const question = (token: string) => unendedQuestion(token, prefix);
      return (await exclusively(() => list(question, ['unended']))).unended;
    },
    async forget(ids, days) {
      const question = (token: string) => forgetQuestion(token, ids, days);
      return (await exclusively(() => list(question, ['running']))).running;
    },
    usable: () => open && !busy,
    close: () => channel.close(),
  };
}

/** The answers after which a task's output comes. */
const TELLING: ReadonlySet<string> = new Set(['live', 'past', 'whole']);

const WHOLE_END = /^(?:(\d{1,3}) (?:ok|cut)|unknown (.+)|gone)$/;

function outcome(end: string): RemoteOutcome {
  const [, exitCode, why] = WHOLE_END.exec(end) ?? [];
  if (exitCode === undefined) return { state: 'unknown', why: why ?? 'no reason given' };
  return { state: 'finished', exitCode: Number(exitCode) };
}

/** 128 random bits: no output holds it by chance. */
const randomName = () => randomBytes(16).toString('hex');
const randomMark = () => markOf(randomName());

/** Reads the stream away and remembers its end. */
function lastBytes(stream: NodeJS.ReadableStream, limit: number): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-limit);
  });
  stream.on('error', () => {});
  return () => text.trim();
}
