import { RESTJSONErrorCodes as Code, Routes, ThreadAutoArchiveDuration } from 'discord.js';
import { plainLine } from '../render/plain.ts';
import type { Api } from './api.ts';
import { codeOf } from './errors.ts';
import { nonceFor, type Posted, post } from './posting.ts';
import { cut, pieces } from './render/cut.ts';
import type { Attachment, Draft } from './render/draft.ts';
import { codeBlock, FENCES, unfenced } from './render/escape.ts';
import { LONGEST_CONTENT } from './render/layout.ts';

const LONGEST_NAME = 100;
/** What takes more messages than this is one file. */
const MOST_MESSAGES = 5;

/** Tells in a thread of the message what there was no room for: as text where it is a few messages, else as a file. */
export async function tellInThread(
  api: Api,
  { channel, message }: Posted,
  { title, whole, key }: { title: string; whole: Attachment; key: string | undefined },
): Promise<void> {
  const name = cut(plainLine(title), LONGEST_NAME, String).head || 'details';
  await api
    .request({
      method: 'Post',
      route: Routes.threads(channel, message),
      body: { name, auto_archive_duration: ThreadAutoArchiveDuration.OneDay },
    })
    .catch((error: unknown) => {
      // An attempt before this one made it.
      if (codeOf(error) !== Code.ThreadAlreadyCreatedForMessage) throw error;
    });
  const parts: string[] = [];
  for (const part of pieces(String(whole.file.data), LONGEST_CONTENT - FENCES, unfenced)) {
    if (parts.push(part) > MOST_MESSAGES) break;
  }
  // The thread's id is that of the message it began at.
  const say = (content: string, attachments: readonly Attachment[], part: number) =>
    post(api, message, {
      body: { ...NOTHING, content },
      attachments,
      nonce: nonceFor(key, part),
    });
  if (parts.length > MOST_MESSAGES) {
    await say('All of it is in this file.', [whole], 1);
    return;
  }
  for (const [at, part] of parts.entries()) {
    const content = codeBlock(part);
    if (content !== '') await say(content, [], at + 1);
  }
}

const NOTHING: Draft['body'] = {
  content: '',
  embeds: [],
  components: [],
  allowed_mentions: { parse: [], replied_user: false },
};
