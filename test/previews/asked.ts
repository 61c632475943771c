import { help } from '../../bot/command/help.ts';
import { createTerminal } from '../../bot/parts/chats.ts';
import { fakeTerminal } from '../adapters/console/terminal.ts';
import { discordMenu } from '../support/discord/menu-page.ts';
import { createPerson } from '../support/slack/person.ts';
import { slackHome, slackModal } from '../support/slack/view-page.ts';
import { until } from '../support/until.ts';
import { type PreviewServices, type Shown, terminal } from './services.ts';

const VERB = 'provision';

/** How each service asks for what `provision` needs: a form, a menu, a line. */
export async function showAsking(services: PreviewServices): Promise<Required<Shown>> {
  const message = help(VERB);
  const { irc } = await services.show({ name: '', heading: '', said: `help ${VERB}`, message });
  return {
    slack: await slackForm(services),
    discord: await discordOptions(services),
    irc,
    terminal: terminal(await completedLine(services)),
  };
}

/** As it is opened by `/deployday provision`, after another blueprint was chosen in it. */
async function slackForm({ slack }: PreviewServices): Promise<string> {
  const alice = createPerson(slack, 'U1', 'Alice Liddell');
  await alice.slash('C1', VERB);
  const form = await alice.form();
  await alice.choose(form, 'option-blueprint', 'essex');
  await slack.workspace.until(
    () => form.view.blocks.some(({ block_id }) => block_id?.startsWith('setting/essex/')),
    'the parameters of essex',
  );
  return slackModal(form.view);
}

/** What is offered for one option after the other. */
async function discordOptions({ discord }: PreviewServices): Promise<string> {
  const alice = discord.person('alice');
  const given = [
    { name: 'environment', value: 'ex' },
    { name: 'blueprint', value: 'essex' },
    { name: 'settings', value: 'size=' },
  ];
  const typed = [];
  for (const [at, { name, value }] of given.entries()) {
    const text = name === 'blueprint' ? '' : value;
    const others = given.slice(0, at);
    const asked = alice.complete(discord.room, VERB, name, text, others);
    const choices = await until(() => asked.choices, { what: `what ${name} may be` });
    typed.push({ others, name, text, choices });
  }
  return discordMenu(discord.rest.commands[0], VERB, typed);
}

/** A line as the Tab key completes it, twice where there are several ways to go on. */
async function completedLine({ guide }: PreviewServices): Promise<string[]> {
  const screen = fakeTerminal(104, 40);
  const names = {
    environments: await guide.complete(VERB, 'environment', '', {}),
    blueprints: await guide.complete(VERB, 'blueprint', '', {}),
    pools: await guide.complete(VERB, 'pool', '', {}),
  };
  const adapter = createTerminal(screen, 'console', { read: async () => names, last: () => names });
  await adapter.start(() => {});
  const shows = (text: string) =>
    until(() => screen.rows().some((row) => row.includes(text)), { what: `${text} on the terminal` });
  // A tab that comes with other keys is pasted text.
  for (const keys of [`${VERB} ex `, '\t', '\t']) screen.type(keys);
  await shows('pool=');
  for (const keys of ['from ', '\t', '\t']) screen.type(keys);
  await shows('hello');
  for (const keys of ['es', '\t']) screen.type(keys);
  await shows('from essex');
  const rows = screen.rows();
  await adapter.stop();
  return rows;
}

/** The page that only Slack has. */
export async function showHome({ slack }: PreviewServices): Promise<Shown> {
  const bob = createPerson(slack, 'U2', 'Bob Roberts');
  await bob.openHome();
  const home = await slack.workspace.until(() => slack.workspace.homes.get('U2'), 'a home tab');
  return { slack: slackHome(home) };
}
