import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadBlueprint } from '../../../engine/blueprint/load.ts';
import { parentFolder, problemsOf, write, yaml } from './folder.ts';

const sections = {
  roles: '{node: {count: 1}, other: {count: 1}}',
  params: '{size: {default: full}, token: {secret: true, generate: 8}}',
};
const folderOf = async (steps: string, more: Record<string, string> = {}) => {
  const parent = await parentFolder();
  const text = yaml({ ...sections, steps: `\n${steps.trim().replace(/^ {6}/gm, '')}`, ...more });
  await write(parent, { 'x/blueprint.yaml': text, 'x/play/site.yml': '- hosts: all\n', 'x/a.txt': 'a' });
  return join(parent, 'x');
};
const problems = async (steps: string, more: Record<string, string> = {}) =>
  (await problemsOf(await folderOf(steps, more))).map((line) => line.replace(/^\d+ /, ''));

describe('cached steps', () => {
  it('say so, and which parameters they read', async () => {
    const { steps } = await loadBlueprint(
      await folderOf(`
      - {id: one, on: node, run: 'echo "$PARAM_SIZE"', cache: true, params: [size]}
      - {id: two, on: node, run: "true", cache: true, params: [], needs: [one]}
      - {id: file, on: node, copy: {from: a.txt, to: /a}, cache: true}
      - {id: three, on: node, run: "true", needs: [two]}`),
    );
    expect(steps.map(({ cache, params }) => ({ cache, params }))).toEqual([
      { cache: true, params: ['size'] },
      { cache: true, params: [] },
      { cache: true },
      {},
    ]);
  });

  it.each([
    [
      'reads a secret that it lists',
      'run: "true", cache: true, params: [token]',
      /params: token is a secret/,
    ],
    [
      'reads a secret that it does not list',
      `run: 'echo "\${PARAM_TOKEN}"', cache: true, params: []`,
      /reads PARAM_TOKEN, which params does not list/,
    ],
    ['reads its node', `run: 'echo "$NODE_NAME"', cache: true, params: []`, /reads NODE_NAME/],
    [
      'reads other nodes when it asks whether it is done',
      `run: "true", done_if: 'ping $ROLE_OTHER_ADDRESSES', cache: true, params: []`,
      /reads ROLE_OTHER_ADDRESSES/,
    ],
    ['lists nothing', 'run: "true", cache: true', /must list the params/],
    ['lists what is not there', 'run: "true", cache: true, params: [sise]', /no parameter "sise".*"size"/],
    [
      'counts as done when it failed',
      'run: "true", cache: true, params: [], on_failure: continue',
      /on_failure: a layer would be kept without it/,
    ],
    ['is a playbook', 'playbook: play/site.yml, cache: true', /playbook works on several nodes/],
  ])('are refused when one %s', async (_, step, expected) => {
    expect(await problems(`- {id: one, on: node, ${step}}`)).toEqual([expect.stringMatching(expected)]);
  });

  it('are refused after one that is not, and after one of another role', async () => {
    expect(
      await problems(`
      - {id: one, on: node, run: "true"}
      - {id: two, on: node, run: "true", cache: true, params: [], needs: [one]}
      - {id: there, on: other, run: "true", cache: true, params: []}
      - {id: three, on: node, run: "true", cache: true, params: [], needs: [{step: there, each: node}]}`),
    ).toEqual([
      'steps[1].needs: one is not cached, and a layer would hold what it did: mark it cache: true as well',
      'steps[3].needs: there does not run on every node of three: leave each: node out',
      'steps[3].needs: there runs on other: the layer of node nodes holds nothing of it',
    ]);
  });

  it('may be for nodes of several roles, of which they then know nothing', async () => {
    const both = 'on: [node, other], cache: true, params: []';
    const { steps } = await loadBlueprint(
      await folderOf(`
      - {id: one, ${both}, run: "true"}
      - {id: two, on: other, run: "true", cache: true, params: [], needs: [{step: one, each: node}]}`),
    );
    expect(steps.map(({ on }) => on)).toEqual([['node', 'other'], ['other']]);
    expect(
      await problems(`
      - {id: one, on: node, run: "true", cache: true, params: []}
      - {id: two, ${both}, run: 'echo "$NODE_ROLE"', needs: [one]}
      - {id: three, on: [], run: "true"}
      - {id: four, on: [node, nod, node], run: "true"}`),
    ).toEqual([
      expect.stringMatching(/^steps\[1\]: the script reads NODE_ROLE/),
      'steps[1].needs: one runs on node: the layer of other nodes holds nothing of it',
      'steps[2].on: names no role',
      expect.stringMatching(/^steps\[3\]\.on: no role "nod".*"node"/),
      'steps[3].on: "node" is there twice',
    ]);
  });

  it('come after no other step, of which they would know nothing', async () => {
    expect(
      await problems(`
      - {id: one, on: node, run: "true"}
      - {id: two, on: node, run: "true", cache: true, params: [], after: [one]}`),
    ).toEqual([
      'steps[1].after: a cached step knows of its own node only and comes first there: leave after out',
    ]);
  });

  it('are no teardown', async () => {
    const teardown = '[{id: gone, on: node, run: "true", cache: true, params: []}]';
    expect(await problems('- {id: one, on: node, run: "true"}', { teardown })).toEqual([
      expect.stringContaining('a step that takes away cannot be kept'),
    ]);
  });
});

describe('needs of the same node', () => {
  it('are told apart from needs of all nodes, which include them', async () => {
    const { steps } = await loadBlueprint(
      await folderOf(`
      - {id: one, on: node, run: "true"}
      - {id: two, on: node, run: "true"}
      - {id: three, on: node, run: "true", needs: [one, {step: two, each: node}, {step: one, each: node}]}`),
    );
    expect(steps[2]).toMatchObject({ needs: ['one'], needsHere: ['two'] });
  });

  it('are refused where they are wrong, and in a circle', async () => {
    expect(
      await problems(`
      - {id: one, on: node, run: "true", needs: [{step: two, each: zone}, {step: none, each: node}]}
      - {id: two, on: node, run: "true", needs: [{step: three, each: node}]}
      - {id: three, on: node, run: "true", needs: [{step: two, each: node}]}`),
    ).toEqual([
      expect.stringMatching(/each: must be node, not "zone"/),
      expect.stringMatching(/no step "none"/),
      expect.stringMatching(/these steps wait for each other: two → three → two/),
    ]);
  });
});

describe('the pattern of a parameter', () => {
  it('is what its whole value must match', async () => {
    const steps = '- {id: one, on: node, run: "true"}';
    const params = (pattern: string) => ({ params: `{region: {default: One, pattern: '${pattern}'}}` });
    expect(await problems(steps, params('[A-Z][a-z]+'))).toEqual([]);
    expect(await problems(steps, params('O'))).toEqual([
      'params.region.default: "One" does not match its own pattern',
    ]);
    expect(await problems(steps, params('('))).toEqual([expect.stringContaining('not a regular expression')]);
  });
});
