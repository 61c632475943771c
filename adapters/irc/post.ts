import type { SendError } from '../adapter.ts';
import type { MessageKind } from '../message.ts';
import { splitBytes } from '../render/split.ts';
import { uncoloured } from './lines.ts';
import type { Target } from './names.ts';

export interface PostLine {
  readonly text: string;
  state: 'waiting' | 'out' | 'posted';
  /** When it went out the last time (our clock, milliseconds); whether it arrived is not known while it is `waiting` again. */
  wentOut: number | undefined;
  /** The server did not take it the last time. */
  refused?: boolean;
}

/** A message on its way. */
export interface Post {
  /** The configured channel, or a nick; lower-cased. */
  readonly target: Target;
  readonly rank: number;
  /** The message that it answers, where the service gave it an id. */
  readonly replyTo: string | undefined;
  /** The same for every attempt to send this message, by whatever process. */
  readonly key: string | undefined;
  lines: PostLine[];
  /** Something of it went out once, on this connection or an earlier one. */
  started: boolean;
  /** Ids that the service gave to its lines, where it gives ids. */
  readonly ids: string[];
  /** Accounts of the one whom it is for, where it goes to a nick; undefined: whoever reads there. */
  readonly onlyFor: readonly string[] | undefined;
  /** Nobody but the one whom it is for reads it, as far as is known now; nothing of it goes out before. */
  isSure: boolean;
  /** The server is being asked about that; another object for each time. */
  asked: object | undefined;
  /** What the server said against it; writing stops until that is settled. */
  refusal: string | undefined;
  /** It said that there is nobody of that name. */
  isNobody: boolean;
  rejoined: boolean;
  done(ids: readonly string[]): void;
  fail(error: SendError): void;
}

/** 0: somebody waits for it. */
export function rankOf(kind: MessageKind | undefined): number {
  switch (kind) {
    case 'outcome':
    case 'notice':
      return 1;
    case 'board':
      return 2;
    default:
      return 0;
  }
}

export function waitingLines(texts: readonly string[]): PostLine[] {
  return texts.map((text) => ({ text, state: 'waiting', wentOut: undefined }));
}

/** Splits what no longer fits: the room shrinks when our nick or host gets longer. */
export function shorten(post: Post, room: number): void {
  post.lines = post.lines.flatMap((line) =>
    line.state !== 'waiting' || Buffer.byteLength(line.text) <= room
      ? [line]
      : waitingLines(splitBytes(line.text, room)),
  );
}

export function countOf(post: Post, state: PostLine['state']): number {
  return post.lines.filter((line) => line.state === state).length;
}

/** Some channels take no colours. True when there were some to take away. */
export function uncolour(post: Post): boolean {
  const coloured = post.lines.some((line) => line.text !== uncoloured(line.text));
  post.lines = post.lines.map((line) => ({ ...line, text: uncoloured(line.text) }));
  return coloured;
}
