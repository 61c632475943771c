import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot } from '../../../bot/config/package-root.ts';
import { Refused } from './method.ts';
import type { Channel } from './workspace.ts';

const schema = z.object({
  features: z.object({
    app_home: z.object({ home_tab_enabled: z.boolean(), messages_tab_enabled: z.boolean() }),
    slash_commands: z.array(z.object({ command: z.string().startsWith('/') })),
    shortcuts: z.array(z.object({ callback_id: z.string(), type: z.enum(['global', 'message']) })),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }),
    interactivity: z.object({ is_enabled: z.literal(true) }),
  }),
});

/** What Slack asks of an app for each method. */
const SCOPES: Readonly<Record<string, string>> = {
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'chat.postEphemeral': 'chat:write',
  'conversations.open': 'im:write',
  'users.info': 'users:read',
  'files.getUploadURLExternal': 'files:write',
  'files.completeUploadExternal': 'files:write',
};
const HISTORY = { public: 'channels:history', private: 'groups:history', im: 'im:history' } as const;
const EVENTS: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  'message.im': 'im:history',
  app_home_opened: '',
};

/** The app as people make it from our manifest: what it does not ask for, it does not get. */
export function readManifest() {
  const text = readFileSync(join(packageRoot(), 'docs', 'slack-manifest.yaml'), 'utf8');
  const { features, oauth_config, settings } = schema.parse(parse(text));
  const scopes = new Set(['', ...oauth_config.scopes.bot]);

  const need = (scope: string): void => {
    if (!scopes.has(scope)) throw new Refused('missing_scope', [`needed: ${scope}`]);
  };
  const mustHave = (isThere: boolean, what: string): void => {
    if (!isThere) throw new Error(`the manifest does not ask for ${what}`);
  };

  return {
    /** Refuses a method that the app has no scope for. */
    checkMethod(method: string, channel: Channel | undefined): void {
      need(SCOPES[method] ?? '');
      if (!/^conversations\.(history|replies)$/.test(method)) return;
      need(channel ? HISTORY[channel.kind] : '');
      need('metadata.message:read');
    },
    /** Fails where Slack would not tell the app: the test expects what people do not get. */
    checkEvent(event: string): void {
      mustHave(settings.event_subscriptions.bot_events.includes(event), `the event ${event}`);
      mustHave(scopes.has(EVENTS[event] ?? ''), `the scope of the event ${event}`);
      if (event === 'app_home_opened') mustHave(features.app_home.home_tab_enabled, 'a home tab');
      if (event === 'message.im') mustHave(features.app_home.messages_tab_enabled, 'direct messages');
    },
    checkCommand(command: string): void {
      mustHave(
        features.slash_commands.some((each) => each.command === command),
        `the command ${command}`,
      );
      mustHave(scopes.has('commands'), 'commands');
    },
    checkShortcut(callback: string): void {
      mustHave(
        features.shortcuts.some((each) => each.callback_id === callback),
        `the shortcut ${callback}`,
      );
    },
  };
}
