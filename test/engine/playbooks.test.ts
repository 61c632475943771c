import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Environment } from '../../db/environments.ts';
import { loadBlueprint } from '../../engine/blueprint/load.ts';
import { layOut } from '../../engine/playbooks/folder.ts';
import { removeLeftFolders } from '../../engine/playbooks/left-folders.ts';
import { GUARD, runAnsible } from '../../engine/playbooks/run.ts';
import { stepTasks } from '../../engine/step-plan.ts';
import { playbookResult } from '../../engine/steps/playbook.ts';
import { describeIf, needHost } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { parentFolder, problemsOf, write, yaml } from './blueprint/folder.ts';

describe('a playbook in a blueprint', () => {
  const steps = (step: string) => yaml({ steps: `[{id: one, ${step}}]` });

  it('takes everything in its folder along, and needs no role', async () => {
    const parent = await parentFolder();
    await write(parent, {
      'x/blueprint.yaml': steps('playbook: books/site.yml'),
      'x/books/site.yml': '- hosts: all\n',
      'x/books/roles/a/tasks/main.yml': '- name: a\n',
      'x/books/.git/config': 'no\n',
    });
    const [step] = (await loadBlueprint(join(parent, 'x'))).steps;
    expect(step).toMatchObject({ on: [], run: '', playbook: { file: 'site.yml' } });
    expect(step?.playbook?.files.map(({ from }) => from)).toEqual(['roles/a/tasks/main.yml', 'site.yml']);
  });

  it('is as destructive as its step says, so that people are asked', async () => {
    const parent = await parentFolder();
    await write(parent, {
      'x/blueprint.yaml': steps('playbook: books/site.yml, destructive: true'),
      'x/books/site.yml': '- hosts: all\n',
    });
    const blueprint = await loadBlueprint(join(parent, 'x'));
    expect(stepTasks({ blueprint, values: {}, nodes: [] }, blueprint.steps, [])).toMatchObject([
      { step: 'one', destructive: true },
    ]);
  });

  it.each([
    ['playbook: site.yml', 'must lie in a folder of its own'],
    ['playbook: ../x/site.yml', 'must lie in a folder of its own'],
    ['playbook: /etc/site.yml', 'must lie in a folder of its own'],
    ['playbook: books/site.sh', 'must be the path of a playbook'],
    ['playbook: books/none.yml', 'no file "books/none.yml"'],
    ['playbook: books/site.yml, run: "true"', 'has both run and playbook'],
    ['playbook: books/site.yml, done_if: "true"', 'knows itself what is done'],
    ['playbook: away/site.yml', "leads out of the blueprint's folder"],
    ['run: "true"', 'has no on'],
  ])('%s is refused', async (step, problem) => {
    const parent = await parentFolder();
    await write(parent, {
      'x/blueprint.yaml': steps(step),
      'x/books/site.yml': '- hosts: all\n',
      'site.yml': '',
    });
    execFileSync('ln', ['-s', '..', join(parent, 'x', 'away')]);
    expect((await problemsOf(join(parent, 'x'))).join('\n')).toContain(problem);
  });
});

describeIf(needHost({ commands: ['ansible-playbook'] }))('what Ansible is told', () => {
  it('stays as people typed it: a template in a parameter runs nothing on this host', async () => {
    const typed = `{{ lookup('pipe', 'echo it' + '-ran') }} "quoted" é`;
    const folder = await layOut({
      files: [],
      content: () => Promise.reject(new Error('no files')),
      environment: { name: 'ex', params: { word: typed }, secrets: { hidden: typed } },
      nodes: [
        {
          node: { name: 'one', role: 'node', index: 1, zone: null, address: '127.0.0.1' },
          endpoint: { host: '127.0.0.1', port: 22, user: 'root', privateKey: 'none', hostKeys: [] },
          variables: { PARAM_WORD: typed },
        },
      ],
    } as unknown as Parameters<typeof layOut>[0]);
    onTestFinished(folder.remove);
    await mkdir(folder.project);
    // A text that begins with a bracket would be taken for a list.
    const all = '[params.word, params.hidden, deployday.PARAM_WORD, environment_name]';
    const said = `{{ 'told ' ~ (${all} | to_json) }}`;
    await writeFile(
      join(folder.project, 'site.yml'),
      JSON.stringify([
        {
          hosts: 'all',
          connection: 'local',
          gather_facts: false,
          tasks: [{ name: 'told', 'ansible.builtin.debug': { msg: said } }],
        },
      ]),
    );
    let output = '';
    const never = new AbortController().signal;
    const { exitCode } = await runAnsible({
      ...{ command: 'ansible-playbook', folder, playbook: 'site.yml', limit: null, timeoutMs: 60_000 },
      ...{ cancel: never, released: never, stillFor: 60 },
      write(chunk) {
        output += chunk.toString();
      },
    });
    expect(exitCode, output).toBe(0);
    expect(output).not.toContain('it-ran');
    const [, told = ''] = /ok: one: told (\[.*\])/.exec(output) ?? [];
    expect(JSON.parse(told)).toEqual([typed, typed, typed, 'ex']);
  }, 90_000);
});

describe('how a playbook ended', () => {
  const host = (node: string) => ({ node, task: 'web', why: 'no' });
  const end = (failed: string[], unreachable: string[], nodes = 2) =>
    playbookResult(
      {
        exitCode: 2,
        stopped: null,
        summary: { nodes, ok: 3, changed: 1, failed: failed.map(host), unreachable: unreachable.map(host) },
      },
      'last line',
      1_000,
    );

  it('tells failed from broke', () => {
    expect(end(['a', 'b'], [])).toMatchObject({ state: 'failed', detail: 'web: a: no, and 1 more' });
    expect(end(['a'], ['b'])).toMatchObject({
      state: 'broke',
      detail: 'unreachable in web: b: no, and 1 more',
    });
  });

  it('is no success where it did nothing or ended without a word', () => {
    const base = {
      exitCode: 0,
      stopped: null,
      summary: { nodes: 0, ok: 0, changed: 0, failed: [], unreachable: [] },
    };
    expect(playbookResult(base, '', 1_000)).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching('no play matched'),
    });
    const died = { exitCode: 1, stopped: null, summary: null };
    expect(playbookResult(died, 'syntax error', 1_000)).toMatchObject({
      state: 'failed',
      detail: 'ansible-playbook ended with 1: syntax error',
    });
  });
});

describe('what is laid out for a playbook', () => {
  it('is removed where not all of it can be', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'deployday-laid-out-'));
    vi.stubEnv('TMPDIR', dir);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await rm(dir, { recursive: true, force: true });
    });
    let begun: string[] = [];
    const content = async (sha256: string) => {
      if (sha256 === 'site.yml') return Buffer.from('- hosts: all\n');
      begun = await readdir(dir);
      throw new Error('it is not kept any more');
    };
    const files = ['site.yml', 'roles/a.yml'].map((path) => ({ path, sha256: path }));
    const environment = { name: 'demo', params: {}, secrets: {} } as unknown as Environment;
    await expect(layOut({ files, content, environment, nodes: [] })).rejects.toThrow('not kept any more');
    expect(begun).toHaveLength(1);
    expect(await readdir(dir)).toEqual([]);
  });

  it('is removed by who comes next where its process was killed, and nothing else is', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'deployday-laid-out-'));
    vi.stubEnv('TMPDIR', dir);
    onTestFinished(async () => {
      vi.unstubAllEnvs();
      await rm(dir, { recursive: true, force: true });
    });
    const environment = { name: 'demo', params: {}, secrets: {} } as unknown as Environment;
    const content = () => Promise.reject(new Error('no files'));
    const living = await layOut({ files: [], content, environment, nodes: [] });
    const [pid = '', startTime = '', boot = '', namespace = ''] = (
      await readFile(join(living.dir, 'owner'), 'utf8')
    )
      .trim()
      .split(' ');
    const make = async (name: string, owner?: string[], mode = 0o700) => {
      const folder = join(dir, `deployday-playbook-${name}`);
      await mkdir(folder, { mode });
      await writeFile(join(folder, 'key-0'), 'secret');
      if (owner) await writeFile(join(folder, 'owner'), `${owner.join(' ')}\n`);
      return folder;
    };
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await make('killed', [pid, '1', boot, namespace]);
    await make('boot00', [pid, startTime, 'another', namespace]);
    await utimes(await make('oldest'), longAgo, longAgo);
    await make('nobody');
    await make('contnr', [pid, '1', boot, 'pid:[1]']);
    await utimes(await make('public', [pid, '1', boot, namespace], 0o755), longAgo, longAgo);
    const elsewhere = join(dir, 'elsewhere');
    await rename(await make('moving', [pid, '1', boot, namespace]), elsewhere);
    await symlink(elsewhere, join(dir, 'deployday-playbook-linked'));
    // A link in a folder that goes does not lead out of it.
    await symlink(elsewhere, join(dir, 'deployday-playbook-killed', 'way'));

    expect(await removeLeftFolders()).toBe(3);
    const left = ['contnr', 'linked', 'nobody', 'public'].map((name) => `deployday-playbook-${name}`);
    expect((await readdir(dir)).sort()).toEqual([...left, basename(living.dir), 'elsewhere'].sort());
    expect(await readFile(join(elsewhere, 'key-0'), 'utf8')).toBe('secret');
    await living.remove();
  });
});

describe('Ansible on the host of a worker', () => {
  /** A worker of its own that runs a command as runAnsible does, and says that it goes on. */
  const start = async () => {
    const dir = await mkdtemp(join(tmpdir(), 'deployday-guard-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const command = join(dir, 'ansible-playbook');
    await writeFile(
      command,
      `#!/bin/sh\necho $$ >'${dir}/pid.new'; mv '${dir}/pid.new' '${dir}/pid'; sleep 600 & wait\n`,
    );
    await chmod(command, 0o755);
    const program = `const [guard, beat, command] = process.argv.slice(1);
      const {readFileSync, writeFileSync, renameSync} = require('node:fs');
      const note = () => { writeFileSync(beat + '.new', readFileSync('/proc/uptime', 'utf8').split('.')[0] + '\\n');
        renameSync(beat + '.new', beat); };
      note(); setInterval(note, 500);
      require('node:child_process').spawn('/bin/sh', ['-c', guard, 'sh', beat, '5', command],
      {detached: true, stdio: ['pipe', 'pipe', 'pipe']});`;
    const beat = join(dir, 'beat');
    const worker = spawn(process.execPath, ['-e', program, GUARD, beat, command], { stdio: 'inherit' });
    onTestFinished(() => void worker.kill('SIGKILL'));
    const read = () => readFile(join(dir, 'pid'), 'utf8').catch(() => '');
    const pid = Number(await until(read, { what: 'the command to start', withinMs: 60_000 }));
    return { worker, pid, over: () => existsSync(`${beat}.over`) };
  };

  it('ends with the process that runs it, even by SIGKILL', async () => {
    const { worker, pid, over } = await start();
    worker.kill('SIGKILL');
    await until(() => !alive(pid), { what: 'its end', withinMs: 60_000 });
    expect(over()).toBe(false);
  }, 150_000);

  it('ends when that process stands still, before another one may take over', async () => {
    const { worker, pid, over } = await start();
    worker.kill('SIGSTOP');
    await until(() => !alive(pid), { what: 'its end', withinMs: 60_000 });
    expect(over()).toBe(true);
  }, 150_000);

  it('goes on as long as that process does, and what was ended since it stood still is unknown', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'deployday-guard-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    await mkdir(join(dir, 'project'));
    const at = (name: string) => join(dir, name);
    const folder = { dir, project: at('project'), inventory: at('inventory'), settings: at('ansible.cfg') };
    const run = (script: string, whileRunning: (chunk: Buffer) => void) => {
      const never = new AbortController().signal;
      return runAnsible({
        folder: { ...folder, summary: at('summary.json'), beat: at('beat'), remove: async () => {} },
        ...{ command: script, playbook: 'site.yml', limit: null, timeoutMs: 60_000, stillFor: 2 },
        ...{ cancel: never, released: never, write: whileRunning },
      });
    };
    const command = at('ansible-playbook');
    await writeFile(command, '#!/bin/sh\necho on; sleep "$(cat ../seconds)"\n', { mode: 0o755 });
    await writeFile(at('seconds'), '4');
    expect(await run(command, () => {})).toMatchObject({ exitCode: 0, stopped: null });
    const both = at('both');
    const says = 'while [ $i -lt 300 ]; do echo "out $i"; echo "err $i" >&2; i=$((i + 1)); done';
    await writeFile(both, `#!/bin/sh\ni=0; ${says}\n`, { mode: 0o755 });
    let said = '';
    await run(both, (chunk) => {
      said += chunk.toString('utf8');
    });
    expect(said).toBe(Array.from({ length: 300 }, (_, i) => `out ${i}\nerr ${i}\n`).join(''));
    await writeFile(at('seconds'), '60');
    // As a process does that is stopped, or on a machine that has no time for it.
    const still = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 6_000);
    const end = await run(command, still);
    expect(end).toMatchObject({ stopped: 'stood still' });
    expect(playbookResult(end, '', 1_000)).toMatchObject({ state: 'unknown' });
  }, 150_000);
});

function alive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(
      execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8', stdio: 'pipe' }),
    );
  } catch {
    return false;
  }
}
