import { z } from 'zod';
import { checkThread, openChannel } from './access.ts';
import type { FileStore } from './files.ts';
import { messageMethods } from './messages.ts';
import { json, type Method, method, number, Refused } from './method.ts';
import { viewMethods } from './views.ts';
import { BOT_ID, BOT_USER, TEAM, type Workspace } from './workspace.ts';

/** The Web API, as far as bots of our kind use it. */
export function webMethods(
  workspace: Workspace,
  files: FileStore,
  takeTrigger: (id: string) => string | null,
): Readonly<Record<string, Method>> {
  return {
    ...messageMethods(workspace),
    ...viewMethods(workspace, takeTrigger),

    'auth.test': method(z.strictObject({}), () => ({
      url: 'https://day.slack.com/',
      team: 'Deploy Day',
      user: 'deployday',
      team_id: TEAM,
      user_id: BOT_USER,
      bot_id: BOT_ID,
      is_enterprise_install: false,
    })),

    'users.info': method(z.strictObject({ user: z.string() }), ({ user: id }) => {
      const user = workspace.users.get(id);
      if (!user) throw new Refused('user_not_found');
      const { name, realName } = user;
      return { user: { id, team_id: TEAM, name, real_name: realName, profile: { real_name: realName } } };
    }),

    'files.getUploadURLExternal': method(
      z.strictObject({
        filename: z.string().min(1),
        length: number.positive(),
        alt_text: z.string().max(1_000).optional(),
        snippet_type: z.string().optional(),
      }),
      ({ filename, length, alt_text = '' }) => files.announce(filename, length, alt_text),
    ),

    'files.completeUploadExternal': method(
      z.strictObject({
        files: json(z.array(z.strictObject({ id: z.string(), title: z.string().optional() })).min(1)),
        channel_id: z.string().optional(),
        initial_comment: z.string().optional(),
        thread_ts: z.string().optional(),
      }),
      ({ files: uploads, channel_id, thread_ts, initial_comment: text = '' }) => {
        const shared = uploads.map(({ id, title }) => {
          const file = files.complete(id, title);
          if (!file) throw new Refused('file_not_found');
          return file;
        });
        if (channel_id !== undefined) {
          const channel = openChannel(workspace, channel_id);
          checkThread(channel, thread_ts);
          workspace.add({
            ts: workspace.ts(),
            channel: channel.id,
            user: BOT_USER,
            bot_id: BOT_ID,
            text,
            files: shared,
            ...(thread_ts ? { thread_ts } : {}),
          });
        }
        return { files: shared.map(({ id, title }) => ({ id, title })) };
      },
    ),
  };
}
