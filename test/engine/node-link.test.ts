import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type NodeLink, type NodeLinkOptions, openNodeLink } from '../../engine/node-link.ts';
import { type Connection, type Endpoint, TransportError } from '../../engine/transport.ts';
import { createSshTransport } from '../../engine/transports/ssh.ts';
import { describeIf } from '../support/needs.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { freePort, needSshd, startSshd, type TestSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const need = await needSshd();

describeIf(need)('a task that is cancelled', () => {
  let sshd: TestSshd;
  let proxy: TcpProxy;
  let link: NodeLink;

  beforeAll(async () => {
    sshd = await startSshd();
    proxy = await startProxy(sshd.endpoint);
    const endpoint = async () => ({ ...sshd.endpoint, port: proxy.port });
    link = openNodeLink({ transport: createSshTransport(), endpoint });
  });
  afterEach(() => proxy.resume());
  afterAll(async () => {
    link?.close();
    await proxy?.stop();
    await sshd?.stop();
  });

  /** By another way than the proxy. */
  const ended = async (id: string) => {
    const connection = await createSshTransport().connect(sshd.endpoint, { timeoutMs: 10_000 });
    const outcome = await connection.follow(id, 0, () => {});
    connection.close();
    return outcome;
  };
  /** `stored`: its output is taken only when that has resolved, as by a database that is behind. */
  const start = (id: string, script: string, stored?: Promise<void>) => {
    const cancel = new AbortController();
    const task = { id, script, env: {}, timeoutMs: 60_000, offset: 0, knownMark: null };
    let text = '';
    const outcome = link.run(
      task,
      (chunk) => {
        text += chunk.toString('utf8');
        return stored;
      },
      cancel.signal,
    );
    return { cancel: () => cancel.abort(), outcome, text: () => text };
  };

  test('when it has just got done, and nobody has heard of that yet, is done', async () => {
    const task = start('done', 'echo up; while [ ! -e go ]; do sleep 0.02; done; echo done');
    await until(() => task.text() === 'up\n', { what: 'the task to start' });
    proxy.stall();
    await writeFile(join(sshd.home, 'go'), '');
    expect(await ended('done')).toEqual({ state: 'finished', exitCode: 0 });
    task.cancel();
    proxy.resume();
    expect(await task.outcome).toEqual({ state: 'finished', exitCode: 0 });
    expect(task.text()).toBe('up\ndone\n');
  });

  test.each([0, 4])(
    'when it had ended by itself with %i has ended so, however late its output is',
    async (code) => {
      const id = `late-${code}`;
      let stored = () => {};
      const behind = new Promise<void>((resolve) => {
        stored = resolve;
      });
      const script = `echo up; while [ ! -e ${id} ]; do sleep 0.02; done; echo done; exit ${code}`;
      const task = start(id, script, behind);
      await until(() => task.text() === 'up\n', { what: 'the task to start' });
      await writeFile(join(sshd.home, id), '');
      expect(await ended(id)).toEqual({ state: 'finished', exitCode: code });
      task.cancel();
      // Longer than anybody waits for the last words of a task that was ended.
      setTimeout(stored, 1_500);
      expect(await task.outcome).toEqual({ state: 'finished', exitCode: code });
      expect(task.text()).toBe('up\ndone\n');
    },
  );

  test('in its middle is stopped, and its last words are heard', async () => {
    const task = start('bye', 'trap "echo bye; exit 3" TERM; sleep 300 & echo up; wait');
    await until(() => task.text() === 'up\n', { what: 'the task to start' });
    task.cancel();
    expect(await task.outcome).toEqual({ state: 'stopped', why: 'cancelled', left: [] });
    expect(task.text()).toBe('up\nbye\n');
  });
});

describeIf(need)('a node that is away', () => {
  let sshd: TestSshd;
  const links: NodeLink[] = [];
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(async () => {
    for (const link of links) link.close();
    await sshd?.stop();
  });
  const open = (more: Partial<NodeLinkOptions>) => {
    const link = openNodeLink({
      transport: createSshTransport(),
      endpoint: async () => sshd.endpoint,
      ...more,
    });
    links.push(link);
    return link;
  };
  const task = (id: string) => ({
    id,
    script: 'echo here',
    env: {},
    timeoutMs: 60_000,
    offset: 0,
    knownMark: null,
  });

  test('is not waited for when a task is cancelled that it was never asked to run, and never runs it', async () => {
    const port = await freePort();
    let isThere = false;
    const endpoint = async () => (isThere ? sshd.endpoint : { ...sshd.endpoint, port });
    const link = open({ endpoint });
    const cancel = new AbortController();
    const outcome = link.run(task('never'), () => {}, cancel.signal);
    await until(() => link.trouble() !== null, { what: 'the node to be found away' });
    cancel.abort();
    expect(await outcome).toEqual({ state: 'stopped', why: 'cancelled', left: [] });
    isThere = true;
    expect(await link.run(task('other'), () => {}, new AbortController().signal)).toMatchObject({
      state: 'finished',
    });
    expect(
      await link.run({ ...task('never'), knownMark: 'another' }, () => {}, new AbortController().signal),
    ).toMatchObject({
      state: 'unknown',
    });
  });

  test('that nobody has met yet is not waited for as long as one that was', async () => {
    const port = await freePort();
    let isThere = false;
    const endpoint = async () => (isThere ? sshd.endpoint : { ...sshd.endpoint, port });
    const link = open({ endpoint, patienceMs: 600_000, unmetPatienceMs: 200 });
    const run = (id: string, knownMark: string | null) =>
      link.run({ ...task(id), knownMark }, () => {}, new AbortController().signal);
    expect(await run('stranger', null)).toMatchObject({ state: 'broke' });
    const begunBefore = run('known', 'another boot');
    await until(() => link.trouble() !== null, { what: 'the node to be found away' });
    isThere = true;
    expect(await begunBefore).toMatchObject({ state: 'unknown' });
  });

  test('is asked to start nothing for who has lost the run while it was being reached', async () => {
    let reached = false;
    const link = open({
      onMark: async () => {
        reached = true;
      },
      mayStart: async () => {
        if (reached) throw new Error('the run is held by somebody else');
      },
    });
    const ran = link.run(task('fenced'), () => {}, new AbortController().signal);
    await expect(ran).rejects.toThrow('the run is held by somebody else');
    const connection = await createSshTransport().connect(sshd.endpoint, { timeoutMs: 10_000 });
    expect(await connection.follow('fenced', 0, () => {})).toEqual({ state: 'absent' });
    connection.close();
  });

  test('is started again when it has stopped; where that fails, the reason is told', async () => {
    await sshd.kill();
    const refusing = open({
      patienceMs: 6_000,
      wake: () => Promise.reject(new Error('its disk is gone')),
    });
    const nobody = new AbortController().signal;
    expect(await refusing.run(task('lost'), () => {}, nobody)).toMatchObject({
      state: 'broke',
      why: expect.stringMatching(/cannot reach .*; it could not be started again: its disk is gone$/),
    });
    const woken = open({ wake: () => sshd.start() });
    expect(await woken.run(task('woken'), () => {}, nobody)).toEqual({ state: 'finished', exitCode: 0 });
  });
});

test('a node that loses each connection at the first question is not asked for ever', async () => {
  let connections = 0;
  const connection = {
    mark: 'node.boot',
    run: () => Promise.reject(new TransportError('lost', 'lost the connection to n1; its tasks go on there')),
    close() {},
  } as unknown as Connection;
  const link = openNodeLink({
    transport: {
      async connect() {
        connections += 1;
        return connection;
      },
    },
    endpoint: async () => ({}) as Endpoint,
    patienceMs: 500,
  });
  const task = { id: 'asked', script: ':', env: {}, timeoutMs: 600_000, offset: 0, knownMark: null };
  expect(await link.run(task, () => {}, new AbortController().signal)).toEqual({
    state: 'broke',
    why: expect.stringMatching(
      /^lost the connection to n1; its tasks go on there; \d+ connections in a row were lost before it had answered/,
    ),
  });
  expect(connections).toBeGreaterThanOrEqual(5);
  link.close();
});

describeIf(need)('the time limit of a task that goes from one process to the next', () => {
  let sshd: TestSshd;
  const links: NodeLink[] = [];
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(async () => {
    for (const link of links) link.close();
    await sshd?.stop();
  });
  /** Another process' link: it knows what is on record, and nothing else. */
  const open = () => {
    let mark: string | null = null;
    const link = openNodeLink({
      transport: createSshTransport(),
      endpoint: async () => sshd.endpoint,
      onMark: async (one) => {
        mark = one;
      },
    });
    links.push(link);
    return { link, mark: () => mark };
  };
  const nobody = new AbortController().signal;
  const anHourAgo = () => new Date(Date.now() - 3_600_000);

  test('counts from when it was begun, however often it is taken over', { timeout: 60_000 }, async () => {
    const begunAt = new Date();
    const task = { id: 'passed-on', script: 'while :; do echo tick; sleep 0.2; done', env: {} };
    let knownMark: string | null = null;
    let offset = 0;
    let outcome: unknown = null;
    let taken = 0;
    for (; outcome === null && taken < 8; taken += 1) {
      const { link, mark } = open();
      let ticks = 0;
      let passOn = () => {};
      const passedOn = new Promise<null>((resolve) => {
        passOn = () => resolve(null);
      });
      const known = { timeoutMs: 3_000, offset, knownMark, begunAt: knownMark === null ? null : begunAt };
      const ran = link.run(
        { ...task, ...known },
        (chunk, at) => {
          offset = at + chunk.length;
          ticks += chunk.toString('utf8').split('tick').length - 1;
          if (ticks >= 6) passOn();
        },
        nobody,
      );
      ran.catch(() => {});
      outcome = await Promise.race([ran, passedOn]);
      knownMark ??= mark();
      if (outcome === null) link.close();
    }
    expect(outcome).toEqual({ state: 'stopped', why: 'timeout', left: [] });
    expect(taken).toBeGreaterThan(1);
  });

  test('takes nothing from one that got done in time while nobody looked', async () => {
    const { link, mark } = open();
    const task = { id: 'in-time', script: 'echo made; exit 0', env: {}, timeoutMs: 1_000, offset: 0 };
    expect(await link.run({ ...task, knownMark: null }, () => {}, nobody)).toMatchObject({ exitCode: 0 });
    const late = { ...task, knownMark: mark(), begunAt: anHourAgo() };
    expect(await open().link.run(late, () => {}, nobody)).toEqual({ state: 'finished', exitCode: 0 });
  });

  test('is whole for one that its node was never asked to run', async () => {
    const { link, mark } = open();
    const other = { id: 'before', script: ':', env: {}, timeoutMs: 10_000, offset: 0, knownMark: null };
    await link.run(other, () => {}, nobody);
    const late = {
      ...other,
      id: 'late',
      script: 'sleep 0.5; echo ran',
      knownMark: mark(),
      begunAt: anHourAgo(),
    };
    expect(await open().link.run(late, () => {}, nobody)).toEqual({ state: 'finished', exitCode: 0 });
  });
});
