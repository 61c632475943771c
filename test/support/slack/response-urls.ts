import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { messageBlocks } from './block-kit.ts';
import { BOT_ID, BOT_USER, type Workspace } from './workspace.ts';

const MOST_USES = 5;

const body = z.strictObject({
  response_type: z.enum(['in_channel', 'ephemeral']).optional(),
  replace_original: z.boolean().optional(),
  text: z.string().max(40_000).optional(),
  blocks: messageBlocks.optional(),
});

/** URLs by which a command or press is answered: five times within half an hour, in any channel. */
export function createResponseUrls(workspace: Workspace, url: () => string) {
  const open = new Map<string, { channel: string; user: string; uses: number }>();

  return {
    create(channel: string, user: string): string {
      const id = randomUUID();
      open.set(id, { channel, user, uses: 0 });
      return `${url()}/response/${id}`;
    },
    /** Half an hour passes. */
    expire: (): void => open.clear(),
    take(id: string, text: string): { status: number; text: string } {
      const to = open.get(id);
      if (!to) return { status: 404, text: 'expired_url' };
      if (++to.uses > MOST_USES) return { status: 404, text: 'used_url' };
      const parsed = body.safeParse(JSON.parse(text));
      if (!parsed.success) return { status: 400, text: 'invalid_payload' };
      const { response_type, text: said = '', blocks } = parsed.data;
      workspace.add({
        ts: workspace.ts(),
        channel: to.channel,
        user: BOT_USER,
        bot_id: BOT_ID,
        text: said,
        response: true,
        ...(blocks ? { blocks } : {}),
        ...(response_type === 'in_channel' ? {} : { onlyFor: to.user }),
      });
      return { status: 200, text: 'ok' };
    },
  };
}
