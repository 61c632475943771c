import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { needDebianPackages } from '../support/debian.ts';
import { describeIf, needAll } from '../support/needs.ts';
import { needSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'playbooks', 'blueprints')];
const sshd = await needSshd();
const ansible = await needDebianPackages(['ansible-core']);
/** Ansible needs a second for each task on a quiet machine, and many on a busy one. */
const SLOW = 180_000;

describeIf(needAll(sshd, ansible))('a step that is an Ansible playbook', () => {
  let world: World;
  afterEach(async () => {
    for (const { home } of world.sshds) await writeFile(join(home, 'go'), '');
    await world.close();
  });

  const open = async (machines = 2) => {
    world = await openWorld({ machines, blueprints });
  };
  const home = (machine: number) => world.sshds[machine]?.home ?? '';
  const text = (machine: number, file: string) => readFile(join(home(machine), file), 'utf8').catch(() => '');
  const begun = (times: number) =>
    until(async () => (await text(0, 'begun')).split('\n').length > times, {
      what: 'the playbook',
      withinMs: SLOW,
    });
  const running = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('ansible-playbook') && line.includes('deployday-playbook-'));

  it(
    'goes to every node by its role, with our keys and parameters, and tells each task as it comes',
    async () => {
      await open(3);
      await world.ask('provision demo from books far-hand=2', /^demo ready in/, SLOW);
      const word = (await text(2, 'greeting-far-hand-2')).split(', ')[1]?.trim();
      expect(word).toMatch(/^\w{12}$/);
      expect(await text(0, 'greeting-head')).toContain(`demo: head 1 of 2 hands, ${word}`);
      await world.ask('logs demo good', /task: greet : greeting written/);
      await world.heard(/changed: far-hand-2/);
      await world.heard(/ok: far-hand-1: the word is \*+/);
      await world.ask('logs demo hands', /far-hand-2: 2 ok, 1 changed, 0 failed/);
      expect(world.transcript()).not.toContain(word);
      expect(world.transcript()).not.toContain('head: 3 ok, 0 changed');
    },
    2 * SLOW,
  );

  it(
    'has failed where a node says no, and tells which, at what, and why',
    async () => {
      await open();
      await world.ask(
        'provision demo from books case=says-no',
        /^demo failed: provision: says-no: asked: far-hand-1: .*not today: \*+.*again: retry demo/,
        SLOW,
      );
      await world.ask('logs demo says-no', /failed: far-hand-1: not today/);
    },
    2 * SLOW,
  );

  it(
    'broke where a node cannot be reached',
    async () => {
      await open();
      await world.ask(
        'provision demo from books case=away',
        /^demo broke: .*unreachable in asked: far-hand-1: /,
        SLOW,
      );
    },
    2 * SLOW,
  );

  it(
    'ends when it is cancelled, and nothing of it goes on here',
    async () => {
      await open();
      world.type('provision demo from books case=waits');
      await begun(1);
      expect(running().length).toBeGreaterThan(0);
      await world.ask('cancel demo', /^demo .*cancelled.*left: waits.*perhaps what a node was at/, SLOW);
      await until(() => running().length === 0, { what: 'the end of Ansible', withinMs: SLOW });
    },
    2 * SLOW,
  );

  it(
    'ends with the process that runs it: unknown, and asked about, unless it may be repeated',
    async () => {
      await open();
      world.type('provision demo from books case=waits');
      await begun(1);
      await world.restart();
      await until(() => running().length === 0, { what: 'the end of Ansible', withinMs: SLOW });
      await world.heard(
        /demo unknown: nobody knows whether waits got done: the worker that ran the playbook ended/,
        SLOW,
      );
      await world.ask('resolve demo waits done', /^demo ready/, SLOW);
      expect(await text(0, 'begun')).toBe('begun\n');
      await writeFile(join(home(0), 'begun'), '');
      world.type('provision demo case=waits-again');
      await begun(1);
      await world.restart();
      await begun(2);
      await writeFile(join(home(0), 'go'), '');
      await world.heard(/^demo ready/, SLOW);
    },
    2 * SLOW,
  );
});
