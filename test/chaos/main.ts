import { parseArgs } from 'node:util';
import { needDebianPackages } from '../support/debian.ts';
import { INSPIRCD } from '../support/irc/packages.ts';
import type { Chat } from './chat.ts';
import { openDiscordChat } from './discord.ts';
import { openIrcChat } from './irc.ts';
import { BOT_KILLED, type Count, isBad, lineOf, playRounds } from './round.ts';
import { openSlackChat } from './slack.ts';

const USAGE =
  'npm run test:chaos -- [--only slack,discord,irc,irc-plain] [--runs 10] [--outage 60] [--seed N]';

const CHATS: Readonly<Record<string, () => Promise<Chat>>> = {
  slack: openSlackChat,
  discord: openDiscordChat,
  irc: () => openIrcChat({ history: true }),
  'irc-plain': () => openIrcChat({ history: false }),
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(CHATS).join(',') },
    runs: { type: 'string', default: '10' },
    outage: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
});
const [runs, outage, seed] = [values.runs, values.outage, values.seed].map(Number) as [
  number,
  number,
  number,
];
if (![runs, outage, seed].every((number) => number > 0)) stop(USAGE);
const packages = await needDebianPackages(['openssh-server', 'openssh-client', ...INSPIRCD]);
if (!packages.ok) stop(`chaos cannot be played here: ${packages.why}`);

const counts: Count[] = [];
console.log(
  'chat | trouble | runs | lost | repeated | out of order | acted twice | last outcome after its end',
);
for (const name of values.only.split(',')) {
  const open = CHATS[name];
  if (!open) stop(`there is no chat ${name}\n${USAGE}`);
  const chat = await open();
  const troubles = shuffled([...chat.troubles.map((each) => each.name), BOT_KILLED], seed);
  counts.push(...(await playRounds(chat, { runs, outage: outage * 1_000, troubles, say: console.log })));
}
const bad = counts.filter(isBad);
console.log(
  `\n${counts.length} troubles in the middle of ${runs} runs each, ${bad.length} bad; seed ${seed}`,
);
for (const count of bad) console.log(lineOf(count));
if (bad.length > 0) process.exitCode = 1;

/** The same order for the same seed. */
function shuffled(names: readonly string[], from: number): string[] {
  let state = from;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  return names
    .map((name) => ({ name, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

function stop(message: string): never {
  console.error(message);
  process.exit(2);
}
