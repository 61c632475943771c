import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Blueprint } from '../../engine/blueprint/blueprint.ts';
import { loadBlueprints } from '../../engine/blueprint/load.ts';
import { formatProblem } from '../../engine/blueprint/problem.ts';

const SHIPPED = fileURLToPath(new URL('../../blueprints', import.meta.url));
const { blueprints, problems } = await loadBlueprints([SHIPPED]);

/** Every script of the blueprint, by what it is for. */
function scriptsOf({ steps, checks, teardown, facts }: Blueprint): [string, string][] {
  return [
    ...[...steps, ...teardown].flatMap(({ id, run, doneIf }): [string, string][] => [
      [`step ${id}`, run],
      ...(doneIf === undefined ? [] : [[`done_if of ${id}`, doneIf] as [string, string]]),
    ]),
    ...checks.map(({ id, run }): [string, string] => [`check ${id}`, run]),
    ...facts.scripts.map(({ topic, run }): [string, string] => [`topic ${topic}`, run]),
  ];
}

/** What the shell says about a script without running it; '' if it can be run. */
function parse(script: string): Promise<string> {
  return new Promise((resolve) => {
    const shell = execFile('/bin/sh', ['-n'], (error, _stdout, stderr) =>
      resolve(error ? stderr || error.message : ''),
    );
    shell.stdin?.end(script);
  });
}

describe('the shipped blueprints', () => {
  it('load without a problem', () => {
    expect(problems.map(formatProblem)).toEqual([]);
    expect([...blueprints.keys()]).toEqual(expect.arrayContaining(['essex', 'hello']));
  });

  for (const blueprint of blueprints.values()) {
    it.each(scriptsOf(blueprint))(
      `${blueprint.name}: %s is a script that sh understands`,
      async (_what, script) => {
        expect(await parse(`${blueprint.prelude.map(({ text }) => text).join('\n')}\n${script}`)).toBe('');
      },
    );

    it(`${blueprint.name}: people can read every step, check and parameter`, () => {
      for (const { id, title } of [...blueprint.steps, ...blueprint.checks]) expect(title).not.toBe(id);
      for (const { hint } of blueprint.checks) expect(hint).toBeTruthy();
      for (const { summary } of Object.values(blueprint.params)) expect(summary).not.toBe('');
    });

    it(`${blueprint.name}: what is called a password, secret, key or token is kept secret`, () => {
      const telling = Object.entries(blueprint.params).filter(([name]) => /pass|secret|key|token/.test(name));
      for (const [name, { secret }] of telling) expect(secret, name).toBe(true);
    });
  }
});
