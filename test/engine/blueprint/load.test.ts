import { createHash } from 'node:crypto';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkBlueprints, loadBlueprint, loadBlueprints } from '../../../engine/blueprint/load.ts';
import { BlueprintError } from '../../../engine/blueprint/problem.ts';
import { parentFolder, problemsOf, write, yaml } from './folder.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

async function problemsIn(sections: Record<string, string>, files: Record<string, string | Uint8Array> = {}) {
  const parent = await parentFolder();
  await write(parent, { 'x/blueprint.yaml': yaml(sections), ...files });
  return problemsOf(join(parent, 'x'));
}

describe('a good blueprint', () => {
  it('has every key read, files put in, and defaults filled', async () => {
    const blueprint = await loadBlueprint(join(fixtures, 'full'));
    expect(blueprint).toMatchObject({
      name: 'full',
      version: '1',
      release: 'zed',
      packages: true,
      prelude: [{ text: 'say() { printf "%s\\n" "$*"; }\n', when: {} }],
      reset: 'teardown',
      roles: {
        controller: { count: { min: 1, max: 1, default: 1 } },
        compute: { count: { min: 1, max: 500, default: 2 }, when: {} },
      },
      facts: {
        files: ['/srv/full/*'],
        settings: ['/etc/keystone/keystone.conf'],
        scripts: [
          { topic: 'endpoints', on: 'controller' },
          { topic: 'kernel', on: null, run: 'uname -r' },
        ],
      },
    });
    expect(Object.keys(blueprint.roles)).toEqual(['controller', 'compute']);
    expect(blueprint.params.admin_password).toEqual({
      summary: 'password of the admin user',
      secret: true,
      generate: 20,
    });
    expect(blueprint.params.workers?.default).toBe('4');
    expect(blueprint.steps[0]).toEqual({
      id: 'database',
      title: 'MariaDB',
      on: ['controller'],
      needs: [],
      slots: 1,
      retries: 0,
      backoffMs: 5_000,
      onFailure: 'skip',
      run: 'say database\n',
      timeoutMs: 600_000,
      repeatable: false,
      when: {},
    });
    expect(blueprint.steps[1]).toMatchObject({ doneIf: 'test -e /srv/full/keystone', repeatable: true });
    expect(blueprint.steps[2]).toMatchObject({
      title: 'nova-compute',
      timeoutMs: 900_000,
      when: { size: ['full'] },
    });
    expect(blueprint.checks[0]).toMatchObject({ expect: '^gAAAA', retryForMs: 60_000, timeoutMs: 60_000 });
    expect(blueprint.checks[1]).toMatchObject({ timeoutMs: 90_000, retryForMs: 0 });
    expect(JSON.parse(JSON.stringify(blueprint))).toEqual(blueprint);
  });

  it('keeps its digest however its keys are ordered, and changes it with a script', async () => {
    const parent = await parentFolder();
    const steps = '[{id: one, on: node, run: one.sh}]';
    const digest = async (text: string, script: string) => {
      await write(parent, { 'x/blueprint.yaml': text, 'x/one.sh': script });
      return (await loadBlueprint(join(parent, 'x'))).digest;
    };
    const first = await digest(yaml({ steps }), 'echo 1');
    const turned = yaml({ steps }).trim().split('\n').reverse().join('\n');
    expect(await digest(turned, 'echo 1')).toBe(first);
    expect(await digest(yaml({ steps }), 'echo 2')).not.toBe(first);
  });
});

describe('what steps say beside their script', () => {
  const one = async (step: string, files: Record<string, string | Uint8Array> = {}) => {
    const parent = await parentFolder();
    await write(parent, { 'x/blueprint.yaml': yaml({ steps: `[{id: one, on: node, ${step}}]` }), ...files });
    return (await loadBlueprint(join(parent, 'x'))).steps[0];
  };

  it('weighs as many slots as it says', async () => {
    expect(await one('run: "true", weight: 3')).toMatchObject({ slots: 3 });
    expect(await one('run: "true", weight: light')).toMatchObject({ slots: 0 });
  });

  it('may be tried again, and its failure may mean less or more', async () => {
    expect(await one('run: "true", retries: 3, backoff: 1m, on_failure: stop')).toMatchObject({
      retries: 3,
      backoffMs: 60_000,
      onFailure: 'stop',
    });
  });

  it('may copy a file, of which it knows size and digest', async () => {
    const content = new Uint8Array([0, 255, 10]);
    expect(await one("copy: {from: a.bin, to: /etc/a, mode: '0640'}", { 'x/a.bin': content })).toMatchObject({
      run: '',
      copy: {
        from: 'a.bin',
        to: '/etc/a',
        mode: 0o640,
        bytes: 3,
        sha256: createHash('sha256').update(content).digest('hex'),
      },
    });
  });

  it.each([
    ['run: "true", weight: much', 'steps[0].weight: must be light or heavy, not "much"'],
    ['run: "true", retries: -1', 'steps[0].retries: must be a whole number from 0 to 100'],
    ['run: "true", on_failure: ignore', 'steps[0].on_failure: must be skip or stop or continue'],
    ['run: "true", copy: {from: a, to: /b}', 'steps[0]: has both run and copy'],
    ['copy: {to: /b}', 'steps[0].copy: has no from'],
    ['copy: {from: ../../etc/passwd, to: /b}', 'leads out of the blueprint'],
    ['copy: {from: none, to: /b}', 'there is no such file'],
    ['copy: {from: ., to: /b}', 'leads out'],
    ['copy: {from: blueprint.yaml, to: etc/b}', 'must be the absolute path of a file on the node'],
    ["copy: {from: blueprint.yaml, to: /b, mode: '9'}", 'must be permission bits'],
  ])('%s is refused', async (step, problem) => {
    const problems = await problemsIn({ steps: `[{id: one, on: node, ${step}}]` });
    expect(problems.join('\n')).toContain(problem);
  });
});

describe('the step that mends what a check finds wrong', () => {
  const sections = {
    params: '{size: {default: full, choices: [mini, full, big]}}',
    roles: '{node: {count: 1}, other: {count: 1}}',
    steps: `[{id: one, on: node, run: "true"}, {id: two, on: other, run: "true"},
      {id: wide, on: node, run: "true", when: {size: [full, big]}}, {id: all, playbook: p/site.yml}]`,
  };
  const files = { 'x/p/site.yml': '- hosts: all\n' };
  const checked = (rest: string) => ({ ...sections, checks: `[{id: c, on: node, run: "true", ${rest}}]` });

  it.each(['repair: one', 'repair: wide, when: {size: big}'])(
    'is a step of its role, and there when it is: %s',
    async (rest) => {
      const parent = await parentFolder();
      await write(parent, { 'x/blueprint.yaml': yaml(checked(rest)), ...files });
      const [repair] = /(?<=repair: )\w+/.exec(rest) ?? [];
      expect((await loadBlueprint(join(parent, 'x'))).checks).toMatchObject([{ id: 'c', repair }]);
    },
  );

  it.each([
    ['repair: onw', 'checks[0].repair: no step "onw"; did you mean "one"?'],
    ['repair: c', 'checks[0].repair: no step "c"'],
    ['repair: two', 'checks[0].repair: two runs on other and the check on node: name a step of node'],
    [
      'repair: all',
      'checks[0].repair: all is a playbook, which works on all nodes at once: name a step that runs on each node',
    ],
    [
      'repair: wide',
      'checks[0].repair: wide is there only when size is full or big, and the check else, too: give it the same when',
    ],
    [
      'repair: wide, when: {size: [mini, full]}',
      'checks[0].repair: wide is there only when size is full or big',
    ],
    ['repair: [one]', 'checks[0].repair: '],
  ])('%s is refused, in one line that names the place', async (rest, problem) => {
    const problems = await problemsIn(checked(rest), files);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
});

describe('what parameters choose', () => {
  it('is said by when, of roles and of the parts of the prelude as of steps', async () => {
    const parent = await parentFolder();
    const sections = {
      params: '{parts: {summary: s, default: "b,a", choices: [a, b], many: true}}',
      roles: '{node: {count: 1}, other: {count: 1..3, when: {parts: a}}}',
      prelude: '[{run: lib.sh}, {run: "one=1", when: {parts: [a, b]}}]',
    };
    await write(parent, { 'x/blueprint.yaml': yaml(sections), 'x/lib.sh': 'lib=1\n' });
    expect(await loadBlueprint(join(parent, 'x'))).toMatchObject({
      params: { parts: { default: 'b,a', many: true } },
      roles: { node: { when: {} }, other: { when: { parts: ['a'] } } },
      prelude: [
        { text: 'lib=1\n', when: {} },
        { text: 'one=1', when: { parts: ['a', 'b'] } },
      ],
    });
  });

  it('may be no node of a role, as long as another has one', async () => {
    const parent = await parentFolder();
    await write(parent, { 'x/blueprint.yaml': yaml({ roles: '{node: {count: 1}, other: {count: 0..3}}' }) });
    expect((await loadBlueprint(join(parent, 'x'))).roles.other?.count).toEqual({
      min: 0,
      max: 3,
      default: 0,
    });
  });

  it.each([
    ['params', '{p: {many: true}}', 'params.p: holds many of its choices, but has no choices'],
    ['params', '{p: {many: true, choices: ["a,b", c]}}', 'params.p.choices: "a,b" has a comma'],
    ['params', '{p: {many: true, choices: [a, b], default: "a,c"}}', '"c" is not one of the choices: a, b'],
    ['roles', '{node: {count: 1, when: {sise: mini}}}', 'roles.node.when.sise: no parameter "sise"'],
    ['prelude', '[{when: {}}]', 'prelude[0]: has no run'],
    ['prelude', '[lib.sh]', 'prelude[0]: must be a map'],
    ['prelude', '[{run: none.sh}]', 'there is no such file'],
  ])('%s: %s is refused', async (section, text, problem) => {
    expect((await problemsIn({ [section]: text })).join('\n')).toContain(problem);
  });
});

describe('problems', () => {
  it('are all reported at once, each with its line and key', async () => {
    const parent = await parentFolder();
    await write(parent, {
      'x/blueprint.yaml': `name: y
version: "1"
summary: s
roles:
  node: {count: 3..1}
params:
  size: {default: huge, choices: [mini, full]}
steps:
  - {id: database, on: node, run: "true"}
  - {id: keystone, on: nodes, needs: [databse], run: "true", timeout: 15}
  - {id: Bad, on: node, run: missing.sh, wieght: heavy, when: {size: huge}}
checks:
  - {id: keystone, on: node, run: "true", expect: "(", retry_for: soon}
`,
    });
    expect(await problemsOf(join(parent, 'x'))).toEqual([
      '1 name: "y" lies in folder "x": both must have one name',
      '5 roles.node.count: the range ends (1) before it begins (3)',
      '7 params.size.default: "huge" is not one of the choices: mini, full',
      '10 steps[1].on: no role "nodes"; did you mean "node"?',
      '10 steps[1].needs: no step "databse"; did you mean "database"?',
      '10 steps[1].timeout: "15" has no unit: write 15s, 15m or 15h',
      '11 steps[2].id: "Bad" is not a good name: small letters, digits and -, beginning with a letter',
      '11 steps[2].run: cannot read "missing.sh": there is no such file',
      '11 steps[2].wieght: unknown key; did you mean "weight"?',
      '11 steps[2].when.size: "huge" is not among the choices of size: mini, full',
      '13 checks[0].id: "keystone" is the id of steps[1] already',
      '13 checks[0].expect: not a regular expression: Unterminated group',
      '13 checks[0].retry_for: "soon" is not a duration: write 90s, 15m, 2h, 1d or 1h30m',
    ]);
  });

  it('name the file as it was given', async () => {
    const error = await loadBlueprint('no/such').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BlueprintError);
    expect((error as Error).message).toBe(
      'no/such/blueprint.yaml:1: cannot read the blueprint: there is no such file',
    );
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['broken YAML', { summary: '"no end' }, /^\d+ : not valid YAML: /],
    ['a key twice', { summary: 'one\nsummary: two' }, /^4 summary: is there twice$/],
    ['a merge key', { params: '{<<: {a: {}}}' }, /params\.<<: /],
    ['two documents', { packages: 'true\n---\na: 1' }, /not valid YAML/],
    ['an unknown tag', { summary: '!!js/function "x"' }, /not valid YAML: Unresolved tag/],
    ['no steps', { steps: '[]' }, /^5 steps: has no step$/],
    ['a missing key', { summary: '' }, /^1 : has no summary$/],
    ['a step without script', { steps: '[{id: a, on: node}]' }, /steps\[0\]: has no run/],
    ['an empty script', { steps: '[{id: a, on: node, run: " "}]' }, /the script is empty/],
    ['a wrong type', { packages: 'yes' }, /^6 packages: must be true or false, not "yes"$/],
    ['a list for a map', { roles: '[node]' }, /roles: must be a map/],
    ['a map for a list', { checks: '{a: 1}' }, /checks: must be a list, not a map/],
    ['a key without value', { checks: '' + ' ' }, /checks: must be a list, not nothing/],
    ['a bad parameter name', { params: '{Size: {}}' }, /"Size" is not a good name/],
    [
      'default and generate',
      { params: '{a: {default: b, generate: 20}}' },
      /params\.a\.generate: has a default/,
    ],
    ['a short generated value', { params: '{a: {generate: 3}}' }, /from 8 to 256, not 3/],
    ['an unknown parameter', { steps: '[{id: a, on: node, run: x, when: {b: c}}]' }, /no parameter "b"/],
    ['a reset without means', { reset: 'teardown' }, /there are no teardown steps/],
    ['an unknown reset', { reset: 'reinstal' }, /did you mean "reinstall"\?/],
    [
      'a relative fact file',
      { facts: '{files: [etc/hosts]}' },
      /facts\.files\[0\]: "etc\/hosts" must be an absolute/,
    ],
    ['a built-in topic', { facts: '{scripts: {ports: {run: x}}}' }, /built-in topic/],
    ['a fact script for bash', { facts: '{scripts: {a: {run: "#!/bin/bash"}}}' }, /write it for sh/],
    ['a wrong count', { roles: '{node: {count: many}}' }, /must be a number of nodes \(1\) or a range/],
    [
      'roles none of which needs a node',
      { roles: '{node: {count: 0..3}, other: {count: 0..1}}' },
      /^\d+ roles\.node\.count: may be 0, as of every role/,
    ],
    ['a default outside the range', { roles: '{node: {count: 2..3, default: 9}}' }, /from 2 to 3, not 9/],
    ['an endless timeout', { steps: '[{id: a, on: node, run: x, timeout: 30d}]' }, /at most 7d/],
    ['no timeout at all', { steps: '[{id: a, on: node, run: x, timeout: 0s}]' }, /longer than nothing/],
  ])('tells of %s', async (_name, sections, expected) => {
    const problems = await problemsIn(sections);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('name the cycle', async () => {
    const steps = `
  - {id: a, on: node, run: x, needs: [c]}
  - {id: b, on: node, run: x, needs: [a]}
  - {id: c, on: node, run: x, needs: [b]}
  - {id: d, on: node, run: x, needs: [d]}`;
    expect(await problemsIn({ steps })).toEqual([
      '7 steps[1].needs: these steps wait for each other: a → c → b → a',
      '9 steps[3].needs: these steps wait for each other: d → d',
    ]);
  });

  it('name the cycle, and the step that is not there, also where a step only comes after others', async () => {
    const steps = `
  - {id: a, on: node, run: x, after: [b]}
  - {id: b, on: node, run: x, needs: [a]}
  - {id: c, on: node, run: x, after: [bb]}`;
    expect(await problemsIn({ steps })).toEqual([
      '7 steps[1].needs: these steps wait for each other: a → b → a',
      '8 steps[2].after: no step "bb"; did you mean "b"?',
    ]);
  });

  it('refuse scripts from outside the folder', async () => {
    const parent = await parentFolder();
    const step = (id: string, run: string) => `{id: ${id}, on: node, run: ${run}}`;
    await write(parent, {
      'x/blueprint.yaml': yaml({
        steps: `[${[
          step('up', '../secret.sh'),
          step('absolute', '/etc/rc.sh'),
          step('link', 'link.sh'),
          step('folder', 'folder.sh'),
          step('large', 'large.sh'),
          step('windows', 'windows.sh'),
          step('binary', 'binary.sh'),
        ]}]`,
      }),
      'secret.sh': 'echo secret',
      'x/large.sh': '#'.repeat(1024 * 1024 + 1),
      'x/windows.sh': 'echo a\r\n',
      'x/binary.sh': Uint8Array.of(0xff, 0xfe),
    });
    await symlink('../secret.sh', join(parent, 'x/link.sh'));
    await mkdir(join(parent, 'x/folder.sh'));
    const problems = await problemsOf(join(parent, 'x'));
    expect(problems.map((problem) => problem.replace(/^5 steps\[\d\]\.run: /, ''))).toEqual([
      '"../secret.sh" leads out of the blueprint\'s folder',
      '"/etc/rc.sh" is outside the blueprint\'s folder; to run what is on the node write "sh /etc/rc.sh"',
      '"link.sh" leads out of the blueprint\'s folder',
      '"folder.sh" is not a regular file',
      '"large.sh" is larger than 1 MB',
      'the script has Windows line ends (CR LF), on which sh fails: save it with LF',
      '"binary.sh" is not UTF-8 text',
    ]);
  });
});

describe('absurd files end quickly', () => {
  it.each<[string, string, RegExp]>([
    ['larger than 1 MB', `# ${'x'.repeat(1024 * 1024)}`, /larger than 1 MB/],
    ['nested deeply', '['.repeat(200_000), /nested too deeply|not valid YAML/],
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`)
        .join('\n')}\nsteps: *i\n`,
      /./,
    ],
    ['thousands of aliases', `a: &a [x]\nsteps: [${Array(5000).fill('*a')}]`, /5000 aliases/],
    [
      'many keys',
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'),
      /and 19\d{3} more problems/,
    ],
  ])(
    '%s',
    async (_name, text, expected) => {
      const parent = await parentFolder();
      await write(parent, { 'x/blueprint.yaml': text });
      const problems = await problemsOf(join(parent, 'x'));
      expect(problems.join('\n')).toMatch(expected);
    },
    60_000,
  );
});

describe('folders of blueprints', () => {
  it('give the good ones, whatever else lies there', async () => {
    const parent = await parentFolder();
    await write(parent, {
      'a/x/blueprint.yaml': yaml({}),
      'a/broken/blueprint.yaml': 'name: [',
      'a/wrong-ending/blueprint.yml': 'name: wrong-ending',
      'a/README.md': '',
      'b/x/blueprint.yaml': yaml({}),
    });
    const parents = [join(parent, 'a'), join(parent, 'b'), join(parent, 'none')];
    const { blueprints } = await loadBlueprints(parents);
    expect([...blueprints.keys()]).toEqual(['x']);
    const lines = (await checkBlueprints(parents)).map((line) => line.replaceAll(`${parent}/`, ''));
    expect(lines).toEqual([
      'a/wrong-ending/blueprint.yml:1: is not looked at: rename it to blueprint.yaml',
      expect.stringMatching(/^a\/broken\/blueprint\.yaml:1: not valid YAML: /),
      'b/x/blueprint.yaml:1: name: "x" is also in a/x; rename one of them',
      'none:1: cannot read this folder of blueprints: there is no such file',
    ]);
    expect(await checkBlueprints([fixtures])).toEqual([]);
  });
});

describe('whatever the file holds', () => {
  const pieces = fc.constantFrom(
    ...'name version roles steps checks params facts needs on run when id count default choices'.split(' '),
    ...[': ', '- ', '\n', '\n  ', '{', '}', '[', ']', '&a ', '*a ', '"', "'", '|', '<<', '!!x ', '1..5', '~'],
    ...['x', 'size', '15m', '../x.sh', '__proto__', '\0', '\u2028'],
  );
  const soup = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''));
  const shaped = fc
    .dictionary(
      fc.constantFrom('roles', 'params', 'steps', 'checks', 'facts', 'teardown', 'reset'),
      fc.json(),
    )
    .map(yaml);

  it('loading gives a blueprint or a BlueprintError with problems on lines of the file', async () => {
    const parent = await parentFolder();
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, shaped, fc.string({ unit: 'binary' })), async (text) => {
        await write(parent, { 'x/blueprint.yaml': text });
        const error = await loadBlueprint(join(parent, 'x')).catch((e: unknown) => e);
        if (!(error instanceof Error)) return;
        expect(error).toBeInstanceOf(BlueprintError);
        const { problems } = error as BlueprintError;
        expect(problems.length).toBeGreaterThan(0);
        const lines = text.split('\n').length + 1;
        for (const { line, message } of problems) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
          expect(message).not.toMatch(/\n/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
