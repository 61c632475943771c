import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { needSshd, startSshd, type TestSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { openWorld, type World } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'ending', 'blueprints')];
const sshd = await needSshd();
const NODES = 12;
const AWAY = `node-${NODES}`;
/** All nodes are this one machine: each of them looks through the processes of all. */
const PATIENCE_MS = 120_000;

describeIf(sshd)(`a run on ${NODES} nodes that somebody cancels while one of them is away`, () => {
  let world: World;
  let server: TestSshd;
  let proxy: TcpProxy;
  afterEach(async () => {
    proxy?.resume();
    await world?.close();
    await proxy?.stop();
    await server?.stop();
  });

  async function open(): Promise<void> {
    server = await startSshd();
    proxy = await startProxy(server.endpoint);
    const ports = Array.from({ length: NODES }, (_, i) => (i === NODES - 1 ? proxy.port : server.port));
    const known = [server.port, proxy.port].flatMap((port) =>
      server.hostKeys.map((key) => `[127.0.0.1]:${port} ${key}`),
    );
    world = await openWorld({
      blueprints,
      pools: [
        {
          pool: 'rack',
          provider: 'ssh',
          user: server.endpoint.user,
          privateKey: server.endpoint.privateKey,
          hostKeys: { file: 'known_hosts', text: known.join('\n') },
          heavySlots: 1,
          nodes: ports.map((port, i) => ({ name: `r${i + 1}`, address: '127.0.0.1', port, tags: [] })),
        },
      ],
    });
  }

  const started = async () => {
    const text = await readFile(join(server.home, 'starts'), 'utf8').catch(() => '');
    return text.split('\n').filter(Boolean).length;
  };
  const statesNow = async () => {
    const answer = await fetch(`${world.app.url}/api/runs/1`);
    const { tasks } = (await answer.json()) as { tasks: { step: string; node: string; state: string }[] };
    return new Map(tasks.filter(({ step }) => step === 'wait').map(({ node, state }) => [node, state]));
  };
  const kept = async () => {
    const folder = join(server.stateDir, 'task');
    const records = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
    return records.filter((record) => record.toString('latin1') !== '- .\n').length;
  };

  it('ends on all others, says what is still open and why, and leaves those others tidy', {
    timeout: 5 * PATIENCE_MS,
  }, async () => {
    await open();
    world.type(`provision demo from waiting node=${NODES}`);
    await until(async () => (await started()) === NODES, {
      what: 'the step to start everywhere',
      withinMs: PATIENCE_MS,
    });
    proxy.stall();
    await world.ask('cancel demo', /^demo: ending "provision demo/);
    await world.heard(
      new RegExp(
        `^demo: ${NODES - 1} of ${NODES} have ended; still open: wait@${AWAY} \\(no answer from its node yet\\)\\.`,
      ),
      PATIENCE_MS,
    );
    const states = await statesNow();
    expect(states.get(AWAY)).toBe('running');
    states.delete(AWAY);
    expect(new Set(states.values())).toEqual(new Set(['cancelled']));

    await world.heard(
      new RegExp(
        `^demo cancelled: provision by console\\S* after [^;]+; left: wait@${AWAY} \\(it could not be ended and may still run: .*\\)\\. Go on: retry demo`,
      ),
      PATIENCE_MS,
    );
    expect((await statesNow()).get(AWAY)).toBe('broke');
    await until(async () => (await kept()) === 1, {
      what: 'the others to be tidied up',
      withinMs: PATIENCE_MS,
    });

    // It is asked what became of the one that was left, and not begun anew there; the others begin anew.
    proxy.resume();
    await world.ask('retry demo', /^demo: going on with/);
    await until(async () => (await started()) === NODES + NODES - 1, {
      what: 'the others to begin anew',
      withinMs: PATIENCE_MS,
    });
    await world.ask(
      'cancel demo',
      /^demo cancelled: provision by .*; nothing of it runs any more\./,
      PATIENCE_MS,
    );
    expect(await started()).toBe(NODES + NODES - 1);
  });
});
