import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { authorize } from '../../../bot/command/authorize.ts';
import { ROLES, type Role, type Verb } from '../../../bot/command/command.ts';
import { help } from '../../../bot/command/help.ts';
import { commandManual } from '../../../bot/command/manual.ts';
import { parse } from '../../../bot/command/parse.ts';
import { COMMANDS, GROUPS, specOf } from '../../../bot/command/registry.ts';

const nothing = { environments: [], blueprints: [], pools: [] };

test.each(COMMANDS)('$verb is described well', (spec) => {
  expect(spec.summary.length).toBeLessThanOrEqual(60);
  expect(GROUPS.map((group) => group.name)).toContain(spec.group);
  for (const { line } of spec.examples) {
    expect(parse(line, nothing)).toMatchObject({ ok: true, command: { verb: spec.verb } });
  }
  expect(spec.usage.startsWith(spec.verb)).toBe(true);
});

test('no word means two commands', () => {
  const words = COMMANDS.flatMap((spec) => [spec.verb, ...spec.also]);
  expect(new Set(words).size).toBe(words.length);
});

test('the usage lines are the ones that the design promises', () => {
  expect(COMMANDS.map((spec) => spec.usage)).toEqual(
    expect.arrayContaining([
      'provision <env> [from <blueprint>] [pool=…] [key=value …] [plan]',
      'status [env]',
      'logs <env>[/node] [step] [tail=N]',
      'inspect <env>[/node] [topic]',
      'diff <env> [<env> or baseline]',
      'reset <env> [to <name>]',
      'run <env>[/node or role] -- <command>',
    ]),
  );
});

test('docs/commands.md is what the registry says', async () => {
  const file = new URL('../../../docs/commands.md', import.meta.url);
  expect(await readFile(file, 'utf8'), 'run `npm run docs` after a build').toBe(commandManual());
});

test('help names every command; its text alone will do', () => {
  const { text, blocks } = help(null);
  for (const spec of COMMANDS) expect(text).toContain(spec.verb);
  expect(text.split('\n').length).toBeLessThanOrEqual(8);
  expect(blocks?.filter((block) => block.type === 'table')).toHaveLength(GROUPS.length);
  expect(blocks?.at(-1)).toMatchObject({
    type: 'text',
    text: expect.stringContaining('provision demo from hello'),
  });
});

test('help of one command has its usage, its parts and an example', () => {
  const { text, blocks } = help('destroy');
  expect(text).toMatch(/^destroy <env>\n/);
  expect(text).toMatch(/operators and admins, and who created the environment/);
  expect(text).toMatch(/Example: destroy demo/);
  expect(blocks).toHaveLength(2);
});

const LEAST: Readonly<Record<Role, readonly Verb[]>> = {
  observer: ['help', 'whoami', 'pool', 'blueprints', 'envs', 'status', 'logs'],
  participant: ['provision', 'inspect', 'verify', 'repair', 'diff', 'snapshot', 'reset', 'run', 'cancel'],
  operator: ['destroy'],
  admin: [],
};

test.each(ROLES)('%s may do what the roles before may, and no more', (role) => {
  for (const [least, verbs] of Object.entries(LEAST)) {
    const allowed = ROLES.indexOf(role) >= ROLES.indexOf(least as Role);
    for (const verb of verbs) expect(authorize(role, specOf(verb)).allowed, verb).toBe(allowed);
  }
});

test('who created an environment may destroy it, while a participant', () => {
  const destroy = specOf('destroy');
  expect(authorize('participant', destroy, { isCreator: true })).toEqual({ allowed: true });
  expect(authorize('participant', destroy, { isCreator: false })).toEqual({
    allowed: false,
    reason:
      'destroy needs the role operator, or having created the environment; you are a participant here. Ask an operator or an admin',
  });
  expect(authorize('observer', destroy, { isCreator: true })).toMatchObject({
    reason: expect.stringContaining('needs the role participant'),
  });
});

test('an unverified person may watch only, whatever the role', () => {
  expect(authorize('admin', specOf('status'), { verified: false })).toEqual({ allowed: true });
  expect(authorize('admin', specOf('reset'), { verified: false })).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('log in to your account'),
  });
});

test('who cannot be found out is not told to log in, but to say it again', () => {
  expect(authorize('admin', specOf('status'), { verified: false, isUnsure: true })).toEqual({
    allowed: true,
  });
  const refused = authorize('admin', specOf('reset'), { verified: false, isUnsure: true });
  expect(refused).toMatchObject({ allowed: false, reason: expect.stringMatching(/say it again$/) });
  expect(refused).not.toMatchObject({ reason: expect.stringContaining('log in') });
});
