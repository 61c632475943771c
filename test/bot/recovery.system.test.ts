import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeIf } from '../support/needs.ts';
import { type BotProcess, fileOn, type Home, type HomeOptions, makeHome } from '../support/process.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { needSshd, type TestSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';

const blueprints = [
  join(import.meta.dirname, 'blueprints'),
  join(import.meta.dirname, 'recovery', 'blueprints'),
];
const sshd = await needSshd();
/** A killed worker's hold runs out before another may take its run. */
const TAKEN_OVER_MS = 60_000;

/** Its data folder is what others begin from: to make a database anew takes longer than most of what is tested here. */
let migrated: Home;
beforeAll(async () => {
  migrated = await makeHome();
  expect(await migrated.run(['migrate'])).toMatchObject({ code: 0, err: '' });
});
afterAll(() => migrated?.remove());

const makeMigratedHome = (options: HomeOptions = {}) =>
  makeHome({ machines: 1, blueprints, ...options, dataOf: migrated });

describeIf(sshd)('a run outlives its process', () => {
  let home: Home;
  let proxy: TcpProxy | undefined;
  afterEach(async () => {
    await home?.remove();
    await proxy?.stop();
    proxy = undefined;
  });
  const machine = () => home.sshds[0] as TestSshd;

  /** Waits until a step is at its waiting place on the node. */
  const waitsAt = (step: string) =>
    until(async () => (await fileOn(machine(), 'starts')).includes(step), { what: `${step} to start` });
  const outputOf = (step: string) => home.get(`/runs/1/log?node=node-1&step=${step}`);
  const seen = (bot: BotProcess, word: RegExp) => bot.lines.filter((line) => word.test(line));

  it('is killed outright in the middle of a task that must not run twice', async () => {
    home = await makeMigratedHome();
    const first = await home.ready();
    await first.ask('provision demo from counting', /^demo: provisioning/);
    await waitsAt('once');
    // What the node has printed so far is stored before the process goes, or after: both must do.
    await first.end('SIGKILL');
    await writeFile(join(machine().home, 'go'), '');
    await writeFile(join(machine().home, 'go-on'), '');
    const second = await home.ready();
    await second.heard(/^demo ready in/, TAKEN_OVER_MS);

    expect(await fileOn(machine(), 'starts')).toBe('again\nonce\nwaits\n');
    expectOutput(await outputOf('once'), halves('once', 200));
    expectOutput(await outputOf('again'), counted('again', 1, 200));
    expect(seen(second, /^demo ready/)).toHaveLength(1);
    await second.end('SIGTERM');
  });

  it('is killed in the middle of a repeatable task whose output was half read', async () => {
    home = await makeMigratedHome();
    await writeFile(join(machine().home, 'go'), '');
    const first = await home.ready();
    await first.ask('provision demo from counting', /^demo: provisioning/);
    await until(async () => (await outputOf('waits')).includes('waits 200\n'), {
      what: 'half of the output to be stored',
    });
    await first.end('SIGKILL');
    await writeFile(join(machine().home, 'go-on'), '');
    const second = await home.ready();
    await second.heard(/^demo ready in/, TAKEN_OVER_MS);
    expectOutput(await outputOf('waits'), counted('waits', 1, 400));
    expect(await fileOn(machine(), 'starts')).toBe('again\nonce\nwaits\n');
  });

  it('is asked to end in the middle: ends soon and cleanly, and the next start goes on', async () => {
    home = await makeMigratedHome();
    const first = await home.ready();
    await first.ask('provision demo from trial mode=waits', /^demo: provisioning/);
    await until(async () => (await fileOn(machine(), 'trial/finish.log')).includes('start'), {
      what: 'the step to start',
    });
    const asked = Date.now();
    const ending = await first.end('SIGTERM');
    expect(ending).toMatchObject({ code: 0, signal: null, err: '' });
    expect(ending.out).toMatch(/ended; environments keep running/);
    expect(Date.now() - asked).toBeLessThan(10_000);
    await writeFile(join(machine().home, 'go'), '');
    await until(async () => (await fileOn(machine(), 'trial/finish.log')).includes('end'), {
      what: 'the step to go on without us',
    });
    const second = await home.ready();
    await second.heard(/^demo ready in/);
    expect(await fileOn(machine(), 'trial/finish.log')).toBe('start\nend\n');
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('tells an outcome that was reached but not told', async () => {
    home = await makeMigratedHome();
    await writeFile(join(machine().home, 'go'), '');
    const first = await home.ready();
    await first.ask('provision demo from trial', /^demo: provisioning/);
    await first.heard(/^demo ready in/);
    await first.end('SIGKILL');
    const second = await home.ready();
    await second.ask('status demo', /^demo: ready/);
    // What was told before the kill may at most be told once more, never twice.
    expect(seen(second, /^demo ready in/).length).toBeLessThanOrEqual(1);
  });

  it('loses its PostgreSQL: ends, says why, and the next start recovers', async () => {
    home = await makeMigratedHome();
    const first = await home.ready();
    await first.ask('provision demo from trial mode=waits', /^demo: provisioning/);
    await until(async () => (await fileOn(machine(), 'trial/finish.log')).includes('start'), {
      what: 'the step to start',
    });
    const file = await readFile(join(home.data, 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
    process.kill(Number(file.split('\n')[0]), 'SIGKILL');
    const ending = await first.ended;
    expect(ending).toMatchObject({ code: 1, signal: null });
    expect(ending.out).toMatch(/ending: PostgreSQL in .* ended by itself \(signal SIGKILL\)/);
    expect(ending.err).toBe('');
    await writeFile(join(machine().home, 'go'), '');
    const second = await home.ready();
    await second.heard(/^demo ready in/, TAKEN_OVER_MS);
    expect(await fileOn(machine(), 'trial/finish.log')).toBe('start\nend\n');
  });

  it('has its connection to the node cut, again and again, in the middle of a step', async () => {
    home = await makeMigratedHome({
      port: async (target) => {
        proxy = await startProxy({ host: '127.0.0.1', port: target.port });
        return proxy.port;
      },
    });
    const bot = await home.ready();
    await bot.ask('provision demo from counting lines=20000', /^demo: provisioning/);
    await waitsAt('again');
    for (const step of ['once', 'waits']) {
      proxy?.cutAfter(30_000);
      await waitsAt(step);
      proxy?.cut();
      await until(async () => (await outputOf(step)).length > 0, {
        what: `output of ${step}`,
        withinMs: 20_000,
      });
      proxy?.cut();
      await writeFile(join(machine().home, step === 'once' ? 'go' : 'go-on'), '');
    }
    await bot.heard(/^demo ready in/, 60_000);
    expectOutput(await outputOf('again'), counted('again', 1, 20_000));
    expectOutput(await outputOf('once'), halves('once', 20_000));
    expectOutput(await outputOf('waits'), counted('waits', 1, 40_000));
    expect(await fileOn(machine(), 'starts')).toBe('again\nonce\nwaits\n');
  });
});

describeIf(sshd)('the program is started', () => {
  let home: Home;
  afterEach(() => home?.remove());

  it('on a data folder that is in use, and is refused in one line', async () => {
    home = await makeMigratedHome();
    const first = await home.ready();
    const second = await home.run([], { PORT: '0' });
    expect(second.code).toBe(2);
    expect(second.err).toMatch(/^deployday: .*in use by pid \d+.*DEPLOYDAY_DATA=.*\n$/);
    await first.ask('envs', /no environments yet/i);
  });

  it('on a port that is taken', async () => {
    home = await makeMigratedHome();
    const first = await home.ready();
    const second = await home.run([], { DEPLOYDAY_DATA: join(home.folder, 'other') });
    expect(second.code).toBe(2);
    expect(second.err).toMatch(
      /^deployday: http\.port: cannot listen on 127\.0\.0\.1:\d+: something else listens there; .*\n$/,
    );
    await first.ask('envs', /no environments yet/i);
  });

  it('with a bad configuration: every problem in a line of its own', async () => {
    home = await makeHome({ blueprints });
    await home.configure('http: {port: 99999}\nirc: 3\nnonsense: 1\n');
    const { code, err } = await home.run([]);
    expect(code).toBe(2);
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/deployday: .*deployday\.yaml:1: http\.port: /),
      expect.stringMatching(/deployday: .*deployday\.yaml:2: irc: /),
      expect.stringMatching(/deployday: .*deployday\.yaml:3: unknown key "nonsense"; known here: /),
    ]);
  });

  it('with a file that is not there', async () => {
    home = await makeHome({ blueprints });
    const { code, err } = await home.run(['--config', 'missing.yaml']);
    expect(code).toBe(2);
    expect(err).toMatch(/^deployday: .*missing\.yaml.*\n$/);
  });

  it('with a database that cannot be reached: one line, without the password', async () => {
    home = await makeHome({ blueprints });
    const { code, err, out } = await home.run([], {
      DATABASE_URL: 'postgresql://deployday:sesame-open@127.0.0.1:1/deployday',
    });
    expect(code).toBe(2);
    expect(err).toMatch(/^deployday: DATABASE_URL: .*127\.0\.0\.1:1.*ECONNREFUSED.*\n$/);
    expect(err + out).not.toContain('sesame-open');
  });

  it('without a terminal: stays, and answers on the page only', async () => {
    home = await makeMigratedHome();
    const bot = await home.ready({ stdin: 'ignore' });
    expect(await home.get('/healthz')).toMatch(/ok/i);
    expect(bot.transcript()).not.toMatch(/type help/);
    expect(await bot.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
  });

  it('with commands piped in: answers them and stays when the pipe ends', async () => {
    home = await makeMigratedHome();
    const bot = home.start();
    for (const line of ['whoami', 'envs', 'help verify', 'pool', 'whoami']) bot.type(line);
    bot.endInput();
    await bot.heard(/console:local.*admin/, 60_000);
    await bot.heard(/no environments yet/i);
    await bot.heard(/verify/);
    await bot.heard(/rack/);
    await bot.heard(/console:local.*admin/);
    expect(await home.get('/healthz')).toMatch(/ok/i);
    expect(await bot.end('SIGTERM')).toMatchObject({ code: 0, err: '' });
  });

  it('to tell its version and its help, also beside a broken configuration', async () => {
    home = await makeHome({ blueprints });
    await home.configure('nonsense: 1\n');
    expect(await home.run(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^deployday \d+\.\d+\.\d+\n$/),
    });
    expect(await home.run(['--help'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/deployday check/),
    });
  });

  it.each([
    [['frobnicate'], 'frobnicate'],
    [['--frobnicate'], '--frobnicate'],
    [['lab', 'break'], 'lab break'],
  ])('with %j, which it does not know', async (words, named) => {
    home = await makeHome({ blueprints });
    const { code, err, out } = await home.run(words);
    expect(code).toBe(2);
    expect(err).toContain(named);
    expect(err).not.toMatch(/\n\s+at /);
    expect(out).toBe('');
  });

  it('to check: good, and with a broken blueprint', async () => {
    home = await makeHome({ blueprints });
    expect(await home.run(['check'])).toMatchObject({ code: 0, err: '' });
    await mkdir(join(home.folder, 'mine', 'broken'), { recursive: true });
    await writeFile(
      join(home.folder, 'mine', 'broken', 'blueprint.yaml'),
      'name: broken\nversion: "1"\nsummary: x\nroles:\n  node: {count: 1}\nsteps:\n  - {id: a, on: nod, needs: [b], run: "true"}\n',
    );
    await home.configure('blueprints: [./mine]\n');
    const { code, err } = await home.run(['check']);
    expect(code).toBe(2);
    expect(err).toMatch(/mine\/broken\/blueprint\.yaml:7: .*nod/);
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('to migrate, twice', async () => {
    home = await makeHome({ blueprints });
    for (let i = 0; i < 2; i += 1) {
      const { code, out, err } = await home.run(['migrate']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/the database is up to date\n$/);
    }
  });
});

function counted(word: string, from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, i) => `${word} ${from + i}\n`).join('');
}

const halves = (word: string, lines: number) =>
  `${counted(word, 1, lines)}${word} half and half\n${counted(word, lines + 1, 2 * lines)}`;

/** As `toBe`, but tells the first difference only. */
function expectOutput(text: string, expected: string): void {
  const [lines, wanted] = [text.split('\n'), expected.split('\n')];
  const at = wanted.findIndex((line, i) => line !== lines[i]);
  if (at >= 0) expect({ line: at + 1, text: lines[at] }).toEqual({ line: at + 1, text: wanted[at] });
  expect(lines.length).toBe(wanted.length);
}
