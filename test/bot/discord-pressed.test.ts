import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EPHEMERAL } from '../support/discord/messages.ts';
import type { Message } from '../support/discord/model.ts';
import type { Person } from '../support/discord/person.ts';
import { type Discord, shownText, startDiscord } from '../support/discord/server.ts';
import { describeIf } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const sshd = await needSshd();

describeIf(sshd)('what people press on Discord', () => {
  let discord: Discord;
  let world: World;
  let alice: Person;
  let bob: Person;
  let carol: Person;

  beforeAll(async () => {
    discord = await startDiscord();
    [alice, bob, carol] = [discord.person('alice'), discord.person('bob'), discord.person('carol')];
    world = await openWorld({
      machines: 1,
      blueprints: [join(import.meta.dirname, 'blueprints')],
      discord: { token: discord.token, apiUrl: discord.apiUrl },
      admins: [`discord:${alice.user.id}`, `discord:${carol.user.id}`],
      policy: {
        approvals: [
          { commands: ['destroy'], environments: ['*'], count: 1, role: 'operator', withinMs: 3_600_000 },
        ],
      },
    });
    alice.say(discord.room, '@deployday provision demo from trial');
    await sees('demo ready in');
    alice.say(discord.room, '@deployday claim demo');
    await sees('demo: alice holds it');
  });
  afterAll(async () => {
    await world?.close();
    await discord?.end();
  });

  const sees = (text: string): Promise<Message> =>
    until(() => discord.said().findLast((message) => shownText(message).includes(text)), {
      what: `"${text}"; there is:\n${discord.said().map(shownText).join('\n')}`,
      withinMs: 30_000,
    });
  const logOf = async (run: number) => (await fetch(`${world.app.url}/runs/${run}/log`)).text();
  const isPrivate = ({ flags }: Message) => (flags & EPHEMERAL) !== 0;
  const posts = () => discord.said().filter((message) => !isPrivate(message));
  /** Told by a message that is for the presser alone. */
  async function refused(press: () => unknown, text: string): Promise<Message> {
    press();
    const told = () => discord.said().find((message) => isPrivate(message) && message.content.includes(text));
    const message = await until(told, { what: `"${text}" in private`, withinMs: 30_000 });
    expect(posts().filter((post) => shownText(post).includes(text))).toEqual([]);
    return message;
  }

  it('what is refused to who presses is told to nobody else: an approval', async () => {
    alice.say(discord.room, '@deployday destroy demo');
    const question = await sees('Approval 1: alice wants');
    await refused(() => bob.press(question, 'Approve'), 'approval 1 is for people who are operator or more');
    await refused(() => alice.press(question, 'Approve'), 'you asked for approval 1 yourself');
    // Dangerous for others: it asks whether it is meant, and then says it.
    const asks = carol.press(question, 'Reject');
    const sure = await until(() => asks.original, { what: 'a question' });
    carol.press(sure, 'Yes: reject 1');
    await sees('rejected: it will not happen');
  });

  it('what is refused to who presses is told to nobody else: a run of somebody else; all may read its output', async () => {
    alice.say(
      discord.room,
      '@deployday run demo -- echo "so far so good"; while [ ! -e "$HOME/go" ]; do sleep 0.1; done',
    );
    const board = await sees('demo: running the command, ');
    const asks = bob.press(board, 'Cancel');
    const sure = await until(() => asks.original, { what: 'a question' });
    const refusal = await refused(() => bob.press(sure, 'Yes: cancel demo'), 'demo is held by alice until');

    await until(async () => (await logOf(2)).includes('so far'), { what: 'output', withinMs: 30_000 });
    bob.press(board, 'Logs');
    const logs = await until(
      () =>
        posts().find(
          (message) => JSON.stringify(message).includes('so far so good') && message.id !== board.id,
        ),
      { what: 'the output', withinMs: 30_000 },
    );
    expect(logs.message_reference?.message_id).toBe(board.id);
    bob.press(refusal, 'Wait for demo');
    await sees('demo: bob is 1st in the queue');
    const again = alice.press(board, 'Cancel');
    alice.press(await until(() => again.original, { what: 'a question' }), 'Yes: cancel demo');
    await sees('demo cancelled: run by alice');

    alice.say(discord.room, '@deployday release demo');
    const turn = await sees('demo: bob, it is your turn until');
    await refused(() => carol.press(turn, 'Claim demo'), 'it is the turn of bob');
    bob.press(turn, 'Claim demo');
    await sees('demo: bob holds it');
  });
});
