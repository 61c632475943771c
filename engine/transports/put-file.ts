import { randomBytes } from 'node:crypto';
import type { ClientChannel } from 'ssh2';
import { type RemoteFile, TransportError } from '../transport.ts';
import { createAnswerReader, markOf } from './answer-reader.ts';
import { putQuestion } from './supervisor/put.ts';

export interface PutOptions {
  /** Names the node in errors. */
  readonly where: string;
  readonly file: RemoteFile;
  readonly content: AsyncIterable<Buffer>;
  readonly signal?: AbortSignal | undefined;
}

/** Writes a file through a channel of `/bin/sh -s` of its own. */
export async function putFile(channel: ClientChannel, options: PutOptions): Promise<void> {
  const { where, file, content, signal } = options;
  const { path } = file;
  const token = markOf(randomBytes(16).toString('hex'));
  const reader = createAnswerReader(channel);
  channel.stderr.resume();
  let room: () => void = () => {};
  channel.on('drain', () => room());
  const giveUp = () => channel.close();
  signal?.addEventListener('abort', giveUp, { once: true });

  async function answer(expected: string): Promise<void> {
    const found = await reader.line([token]);
    if (found?.rest === expected) return;
    signal?.throwIfAborted();
    const why = found?.rest.replace(/^failed /, '') ?? 'the shell on the node ended before it was done';
    throw new TransportError(found ? 'refused' : 'protocol', `${where}: ${path} was not written: ${why}`);
  }

  try {
    signal?.throwIfAborted();
    channel.write(putQuestion(token.text, file, where));
    await answer('go');
    const done = answer('done');
    // The node may say no in the middle; then nothing more is taken in.
    const over = done.then(
      () => true,
      () => true,
    );
    for await (const chunk of content) {
      if (channel.write(chunk)) continue;
      const drained = new Promise<boolean>((resolve) => {
        room = () => resolve(false);
      });
      if (await Promise.race([drained, over])) break;
    }
    channel.end();
    await done;
  } finally {
    signal?.removeEventListener('abort', giveUp);
    // Where the content itself has failed, its end has not been said: what came of it is too short, and is removed.
    channel.close();
  }
}
