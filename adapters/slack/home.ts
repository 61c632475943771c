import type { types } from '@slack/bolt';
import type { Guide, HomeSection } from '../adapter.ts';
import type { Api } from './api.ts';
import { buttonRow, plainText } from './buttons.ts';
import { layout } from './layout.ts';
import { inTurn } from './turns.ts';

/** Slack takes so many blocks on a home tab. */
const MOST_BLOCKS = 100;
/** And 250 kB of them; what people would scroll through is far less. */
const MOST_CHARACTERS = 60_000;

/** The home tab: what concerns the person who looks at it, drawn anew each time it is opened, and when a press on it is answered. */
export function createHome(api: Api, guide: Guide, team: () => string) {
  const inOrder = inTurn();
  const waiting = new Map<string, Promise<void>>();
  const start = guide.commands.some(({ verb }) => verb === 'provision')
    ? buttonRow([{ label: 'Provision …', command: 'provision', style: 'primary' }]).map((row) => ({
        ...row,
        block_id: 'start',
      }))
    : [];

  async function draw(user: string): Promise<void> {
    const blocks = homeBlocks(await guide.home(`slack:${team()}/${user}`), MOST_BLOCKS - start.length);
    await api.call('views.publish', `the home tab of ${user}`, (client) =>
      client.views.publish({ user_id: user, view: { type: 'home', blocks: [...blocks, ...start] } }),
    );
  }

  /** One drawing after the other, so that the newest stays; who opens it again and again is served by the next one. */
  return (user: string): Promise<void> => {
    const next =
      waiting.get(user) ??
      inOrder(user, () => {
        waiting.delete(user);
        return draw(user);
      });
    waiting.set(user, next);
    return next;
  };
}

/** As many of the sections' blocks as fit, first ones first, each with its buttons or not at all. */
function homeBlocks(sections: readonly HomeSection[], most: number): types.KnownBlock[] {
  const note: types.KnownBlock = {
    type: 'context',
    elements: [plainText('More than fits here: the commands approve, envs and status show the rest.', 150)],
  };
  const shown: types.KnownBlock[] = [];
  let size = 0;
  for (const { title, items } of sections) {
    const groups = items.map((item) => layout(item, { inPlace: true }).blocks);
    const header: types.KnownBlock = { type: 'header', text: plainText(title, 150) };
    for (const [at, group] of groups.entries()) {
      const blocks = at === 0 ? [header, ...group] : group;
      size += JSON.stringify(blocks).length;
      if (shown.length + blocks.length > most - 1 || size > MOST_CHARACTERS) return [...shown, note];
      shown.push(...blocks);
    }
  }
  return shown;
}
