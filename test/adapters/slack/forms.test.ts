import { expect, test } from 'vitest';
import { guide } from '../../support/slack/guide.ts';
import { blockText } from '../../support/slack/shown.ts';
import type { OpenView } from '../../support/slack/workspace.ts';
import { slackWithBot } from './fixture.ts';

const inputs = ({ view }: OpenView) =>
  view.blocks.flatMap((block) => (block.type === 'input' ? block.block_id : []));

test('provision without a name opens a form, and the form is a command', async () => {
  const { slack, alice, bot, adapter, channel } = await slackWithBot({ guide });
  expect(await alice.slash('C1', 'provision')).toBe(true);
  const form = await alice.form();
  expect(inputs(form)).toEqual([
    'option-environment',
    'option-blueprint',
    'option-pool',
    'option-plan',
    'setting/hello/greeting',
  ]);
  // What is secret is not asked for where everybody could look on.
  expect(form.view.blocks.map(blockText).join('\n')).toMatch(/Slack cannot hide what is typed: password/);
  await alice.submit(form, { 'option-environment': 'demo', 'setting/hello/greeting': `it's me & you` });
  const [said] = await bot.hears(1);
  expect(said).toMatchObject({
    channel,
    sender: { identity: 'slack:T1/U1', display: 'Alice Liddell' },
    text: `provision demo from hello greeting='it'\\''s me & you'`,
  });
  await adapter.send(channel, { text: 'provisioning demo' }, { replyTo: said?.replyTo ?? '' });
  expect(slack.workspace.channels.get('C1')?.messages.map(({ text }) => text)).toEqual(['provisioning demo']);
});

test('another blueprint brings its own parameters; what stays as it stood is not repeated', async () => {
  const { slack, alice, bot } = await slackWithBot({ guide });
  await alice.slash('C1', 'provision');
  const form = await alice.form();
  await alice.choose(form, 'option-blueprint', 'essex');
  await slack.workspace.until(() => inputs(form).includes('setting/essex/size'), 'the parameters of essex');
  expect(inputs(form)).not.toContain('setting/hello/greeting');
  const values = { 'option-environment': 'ex', 'option-pool': 'lab', 'option-plan': 'plan' };
  await alice.submit(form, values);
  await alice.slash('C1', 'provision');
  const second = await alice.form(form);
  await alice.choose(second, 'option-blueprint', 'essex');
  await slack.workspace.until(() => inputs(second).includes('setting/essex/size'), 'the parameters of essex');
  await alice.submit(second, { 'option-environment': 'ex', 'setting/essex/size': 'mini' });
  expect((await bot.hears(2)).map(({ text }) => text)).toEqual([
    'provision ex from essex pool=lab plan',
    'provision ex from essex size=mini',
  ]);
});

test('opened from the menu of shortcuts, the form asks where to tell it', async () => {
  const { slack, alice, bot, adapter } = await slackWithBot({ guide });
  slack.workspace.addChannel('C2', { members: ['U1'] });
  await alice.shortcut('provision');
  const form = await alice.form();
  expect(inputs(form)).toContain('target');
  await alice.submit(form, { 'option-environment': 'demo' }, 'C2');
  const [said] = await bot.hears(1);
  expect(said).toMatchObject({ channel: 'slack:T1/C2', text: 'provision demo from hello' });
  // The bot is not in that channel; the form has its own way to answer.
  await adapter.send('slack:T1/C2', { text: 'provisioning demo' }, { replyTo: said?.replyTo ?? '' });
  expect((await alice.findsMessage('C2', 'provisioning demo')).response).toBe(true);
});

test('a form that cannot be opened any more leaves the command as it was typed', async () => {
  const { slack, alice, bot } = await slackWithBot({ guide });
  slack.fail('views.open', { error: 'expired_trigger_id' });
  await alice.slash('C1', 'provision');
  expect((await bot.hears(1))[0]?.text).toBe('provision');
});

test('a form that is refused stays open with what was typed, and says why at the field that it is about', async () => {
  const objections: (string | null)[] = ['greeting=x is too short', 'there is no room in pool lab', null];
  const asked: string[] = [];
  const { alice, bot } = await slackWithBot({
    guide: {
      ...guide,
      objection: async (line) => {
        asked.push(line);
        return objections.shift() ?? null;
      },
    },
  });
  await alice.slash('C1', 'provision');
  const form = await alice.form();
  const values = { 'option-environment': 'demo', 'setting/hello/greeting': 'x' };
  expect(await alice.submit(form, values)).toBe(true);
  expect(form.errors).toEqual({ 'setting/hello/greeting': 'greeting=x is too short' });
  await alice.submit(form, values);
  expect(form.errors).toEqual({ 'option-environment': 'there is no room in pool lab' });
  await alice.submit(form, values);
  const heard = await bot.hears(1);
  expect(heard.map(({ text }) => text)).toEqual(['provision demo from hello greeting=x']);
  expect(asked).toHaveLength(3);
});

test('a form is a command where it cannot be looked at in time, or at all', async () => {
  const looks = [() => new Promise<null>(() => {}), () => Promise.reject(new Error('the database is away'))];
  const { alice, bot } = await slackWithBot({
    guide: { ...guide, objection: () => (looks.shift() ?? looks[0])?.() ?? Promise.resolve(null) },
  });
  for (const count of [1, 2]) {
    await alice.slash('C1', 'provision');
    expect(await alice.submit(await alice.form(), { 'option-environment': 'demo' })).toBe(true);
    await bot.hears(count);
  }
});

test('without a guide there is no form', async () => {
  const { alice, bot } = await slackWithBot();
  await alice.slash('C1', 'provision');
  expect((await bot.hears(1))[0]?.text).toBe('provision');
});

test('the home tab shows what concerns its owner, and its buttons are answered in person', async () => {
  const { slack, alice, bot } = await slackWithBot({ guide });
  await alice.openHome();
  const home = await slack.workspace.until(() => slack.workspace.homes.get('U1'), 'the home tab');
  expect(home.blocks.map(blockText)).toEqual([
    'Your leases',
    'Everything of slack:T1/U1',
    '[Extend]',
    '[Provision …]',
  ]);
  await alice.pressAtHome('Extend');
  expect((await bot.hears(1))[0]).toMatchObject({ channel: 'slack:T1/DU1', text: 'extend demo' });
  await alice.pressAtHome('Provision …');
  await alice.submit(await alice.form(), { 'option-environment': 'demo' });
  expect((await bot.hears(2))[1]).toMatchObject({
    channel: 'slack:T1/DU1',
    text: 'provision demo from hello',
  });
});

test('a home tab with more than fits shows the first of it, each with its buttons, and says so', async () => {
  const button = { label: 'Extend', command: 'extend demo', style: 'plain' } as const;
  const items = Array.from({ length: 80 }, (_, at) => ({ text: `lease ${at}`, buttons: [button] }));
  const { slack, alice } = await slackWithBot({
    guide: { ...guide, home: async () => [{ title: 'Your leases', items }] },
  });
  await Promise.all(Array.from({ length: 5 }, () => alice.openHome()));
  const home = await slack.workspace.until(() => slack.workspace.homes.get('U1'), 'the home tab');
  const shown = home.blocks.map(blockText);
  expect(shown).toHaveLength(99);
  expect(shown.slice(-4)).toEqual([
    'lease 47',
    '[Extend]',
    'More than fits here: the commands approve, envs and status show the rest.',
    '[Provision …]',
  ]);
});
