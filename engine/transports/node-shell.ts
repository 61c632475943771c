import { randomBytes } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import { type OutputSink, type RemoteOutcome, type RemoteTask, TransportError } from '../transport.ts';
import { createAnswerReader, type Pass } from './answer-reader.ts';
import {
  bootQuestion,
  environmentText,
  followQuestion,
  forgetQuestion,
  killQuestion,
  runQuestion,
  stopQuestion,
} from './supervisor.ts';

/** One `/bin/sh -s` on the node with the supervisor program in it. It answers one question at a time. */
export interface NodeShell {
  run(task: RemoteTask, sink: OutputSink): Promise<RemoteOutcome>;
  follow(id: string, offset: number, sink: OutputSink): Promise<RemoteOutcome>;
  kill(id: string, graceMs: number): Promise<string[]>;
  /** Resolves to those that were kept because they still run. */
  forget(ids: readonly string[] | 'all'): Promise<string[]>;
  /** False once the channel is gone or an answer was not read to its end. */
  usable(): boolean;
  close(): void;
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

/** How long the leave to stop following may wait for the next question, to travel with it. */
const LEAVE_WITHIN_MS = 20;

/**
 * Boots the shell behind `channel`; `where` names the node in errors. A task that is silent for `lookAgainMs` is looked
 * at again.
 */
export async function openNodeShell(
  channel: ClientChannel,
  where: string,
  lookAgainMs: number,
): Promise<NodeShell> {
  const reader = createAnswerReader(channel);
  const complaints = lastBytes(channel.stderr, 2000);
  let open = true;
  let busy = false;
  let leave: NodeJS.Timeout | undefined;
  channel.once('close', () => {
    open = false;
    clearTimeout(leave);
  });
  // The reader meets the error, too, and there it is translated.
  channel.on('error', () => {});

  const nonsense = (what: string) =>
    new TransportError('protocol', `${where}: ${what}${complaints() && `; the node said: ${complaints()}`}`);

  /** The channel ended in the middle of an answer. The connection tells its own end; this is for the shell's. */
  const ended = () => nonsense('the shell on the node ended in the middle of an answer');

  function send(text: string): void {
    const wait = leave !== undefined;
    clearTimeout(leave);
    leave = undefined;
    channel.write(wait ? `\n${text}` : text);
  }

  function letGo(): void {
    leave = setTimeout(() => send(''), LEAVE_WITHIN_MS);
    leave.unref();
  }

  async function line(mark: string): Promise<[word: string, rest: string]> {
    const text = await reader.line(mark);
    if (text === null) throw ended();
    const space = text.indexOf(' ');
    return space === -1 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)];
  }

  /** Marks the shell as not usable until the whole answer has been read. */
  async function exclusively<T>(work: () => Promise<T>): Promise<T> {
    busy = true;
    const result = await work();
    busy = false;
    return result;
  }

  async function readOutput(id: string, question: (token: string) => string, from: number, sink: OutputSink) {
    let offset = from;
    let ask = question;
    const pass = (chunk: Buffer) => {
      const at = offset;
      offset += chunk.length;
      return sink(chunk, at);
    };
    for (;;) {
      const token = randomName();
      send(ask(token));
      const [word, rest] = await line(token);
      if (word === 'absent') return { state: 'absent' } as const;
      if (word === 'unknown') return { state: 'unknown', why: rest } as const;
      if (word === 'failed') throw nonsense(rest);
      if (word !== 'live' && word !== 'past') throw nonsense(`task ${id}: unexpected answer ${word} ${rest}`);
      const end = word === 'live' ? await readLive(rest, pass) : await readEnd(() => [rest], pass);
      if (end === null) throw ended();
      if (end.mark === rest && end.rest !== 'gone') {
        if (end.rest.endsWith(' cut')) await pass(cutMarker(offset));
        return outcome(end.rest);
      }
      // The supervisor went away, or nothing was heard for long: what there is now is read from where we are.
      ask = (again) => followQuestion(again, id, offset);
    }
  }

  /** Where no init collects dead processes, the node's tail does not notice that a supervisor is dead: we look again. */
  async function readLive(nonce: string, pass: Pass) {
    const marks = [nonce];
    const look = setTimeout(() => {
      const token = randomName();
      marks.push(token);
      send(stopQuestion(token));
    }, lookAgainMs);
    const watched: Pass = (chunk) => {
      if (marks.length === 1) look.refresh();
      return pass(chunk);
    };
    const end = await readEnd(() => marks, watched).finally(() => clearTimeout(look));
    // The task's end may have crossed our question, which then has stopped the follower already.
    if (marks.length === 1 && end !== null) letGo();
    return end;
  }

  /** Reads on over an end that a full disk has torn: a whole one follows. */
  async function readEnd(marks: () => readonly string[], pass: Pass) {
    for (;;) {
      const end = await reader.bytes(marks, pass);
      if (end === null || end.rest === 'stopped' || WHOLE_END.test(end.rest)) return end;
    }
  }

  async function list(question: (token: string) => string, expected: string): Promise<string[]> {
    const token = randomName();
    send(question(token));
    const found: string[] = [];
    for (;;) {
      const [word, rest] = await line(token);
      if (word === 'done') return found;
      if (word !== expected) throw nonsense(`unexpected answer ${word} ${rest}`);
      found.push(rest.trim());
    }
  }

  const token = randomName();
  send(bootQuestion(token));
  const [word, rest] = await line(token);
  if (word !== 'ready') throw nonsense(rest);

  return {
    run: (task, sink) =>
      exclusively(() => {
        const environment = environmentText(task.env);
        const question = (mark: string) => runQuestion(mark, randomName(), task.id, task.script, environment);
        return readOutput(task.id, question, 0, sink);
      }),
    follow: (id, offset, sink) =>
      exclusively(() => readOutput(id, (mark) => followQuestion(mark, id, offset), offset, sink)),
    kill: (id, graceMs) => exclusively(() => list((mark) => killQuestion(mark, id, graceMs), 'left')),
    forget: (ids) => exclusively(() => list((mark) => forgetQuestion(mark, ids), 'running')),
    usable: () => open && !busy,
    close: () => channel.close(),
  };
}

const WHOLE_END = /^(?:(\d{1,3}) (?:ok|cut)|unknown (.+)|gone)$/;

function outcome(end: string): RemoteOutcome {
  const [, exitCode, why] = WHOLE_END.exec(end) ?? [];
  if (exitCode === undefined) return { state: 'unknown', why: why ?? 'no reason given' };
  return { state: 'finished', exitCode: Number(exitCode) };
}

/** 128 random bits: no output holds it by chance. */
const randomName = () => randomBytes(16).toString('hex');

/** Reads the stream away and remembers its end. */
function lastBytes(stream: NodeJS.ReadableStream, limit: number): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString('utf8')).slice(-limit);
  });
  stream.on('error', () => {});
  return () => text.trim();
}
