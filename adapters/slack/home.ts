import type { types } from '@slack/bolt';
import type { Guide } from '../adapter.ts';
import type { Api } from './api.ts';
import { buttonRow } from './buttons.ts';
import { layout } from './layout.ts';

/** The home tab: what concerns the person who opened it, drawn anew each time. */
export function createHome(api: Api, guide: Guide, team: string) {
  const canProvision = guide.commands.some(({ verb }) => verb === 'provision');

  return async (user: string): Promise<void> => {
    const page = await guide.home(`slack:${team}/${user}`);
    const { blocks } = layout(page, { inPlace: true });
    const start: types.KnownBlock[] = canProvision
      ? buttonRow([{ label: 'Provision …', command: 'provision', style: 'primary' }]).map((row) => ({
          ...row,
          block_id: 'start',
        }))
      : [];
    await api.call('views.publish', `the home tab of ${user}`, (client) =>
      client.views.publish({ user_id: user, view: { type: 'home', blocks: [...blocks, ...start] } }),
    );
  };
}
