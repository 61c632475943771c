import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Blueprint, Step } from '../../engine/blueprint/blueprint.ts';
import { beginning } from '../../engine/layer-plan.ts';
import { cachedSteps } from '../../engine/layers.ts';
import { provisionPlan } from '../../engine/plan.ts';

const step = (id: string, more: Partial<Step> = {}): Step => ({
  ...{ id, title: id, on: ['node'], needs: [], slots: 0, run: `echo ${id}`, timeoutMs: 1, repeatable: true },
  ...{ retries: 0, backoffMs: 0, onFailure: 'skip', when: {}, cache: true, params: [] },
  ...more,
});
const blueprint = (steps: readonly Step[], more: Partial<Blueprint> = {}): Blueprint => ({
  ...{ name: 'x', version: '1', summary: '', roles: {}, params: {}, prelude: [], checks: [], teardown: [] },
  ...{ facts: { files: [], settings: [], scripts: [] }, reset: 'snapshot', packages: true, digest: '' },
  ...more,
  steps,
});
const keysOf = (of: Blueprint, values = {}, role = 'node') =>
  cachedSteps(of, values, role).map(({ key }) => key);

/** Cached steps one after the other, each with a script and parameters of its own. */
const chains = fc.array(fc.tuple(fc.string(), fc.subarray(['a', 'b', 'c'])), { minLength: 1, maxLength: 6 });
const values = fc.record({ a: fc.string(), b: fc.string(), c: fc.string() });
const build = (chain: readonly (readonly [string, readonly string[]])[]) =>
  chain.map(([run, params], i) => step(`s${i}`, { run, params, ...(i > 0 ? { needs: [`s${i - 1}`] } : {}) }));

describe('keys of layers', () => {
  it('are the same for the same content, whatever else the blueprint says', () => {
    fc.assert(
      fc.property(chains, values, fc.string(), (chain, params, other) => {
        const one = blueprint(build(chain));
        const two = blueprint(
          [
            step('later', { cache: undefined as never, run: other }),
            ...build(chain).map((s) => ({ ...s, title: other })),
          ],
          { name: 'y', version: other, summary: other, digest: other },
        );
        expect(keysOf(two, { ...params, unread: other })).toEqual(keysOf(one, params));
      }),
    );
  });

  it('change from the first changed script or parameter value on, and only from there', () => {
    fc.assert(
      fc.property(
        chains,
        values,
        fc.nat(),
        fc.constantFrom('script', 'a', 'b', 'c'),
        (chain, params, pick, what) => {
          const at = pick % chain.length;
          const changed =
            what === 'script'
              ? chain.map(([run, read], i) => [i === at ? `${run} ` : run, read] as const)
              : chain;
          const otherValues = what === 'script' ? params : { ...params, [what]: `${params[what as 'a']}!` };
          const first = what === 'script' ? at : chain.findIndex(([, read]) => read.includes(what));
          const before = keysOf(blueprint(build(chain)), params);
          const after = keysOf(blueprint(build(changed)), otherValues);
          const same = first === -1 ? chain.length : first;
          expect(after.slice(0, same)).toEqual(before.slice(0, same));
          for (let i = same; i < chain.length; i += 1) expect(after[i]).not.toBe(before[i]);
        },
      ),
    );
  });

  it('never run a name and a value, or two scripts, together', () => {
    const two = (runs: string[]) => keysOf(blueprint(runs.map((run, i) => step(`s${i}`, { run })))).at(-1);
    expect(two(['ab', 'c'])).not.toBe(two(['a', 'bc']));
    const read = (params: string[], given: Record<string, string>) =>
      keysOf(blueprint([step('s', { params })]), given)[0];
    expect(read(['a', 'b'], { a: 'b', b: '' })).not.toBe(read(['a', 'b'], { a: '', b: 'b' }));
    expect(read(['b', 'a'], { a: '1', b: '2' })).toBe(read(['a', 'b'], { a: '1', b: '2' }));
  });

  it('change with the prelude, the role, what says that it is done, and a copied file', () => {
    const plain = keysOf(blueprint([step('s')]))[0];
    const prelude = [{ text: 'set -eu\n', when: {} }];
    const copy = { from: 'a', to: '/a', mode: 0o644, bytes: 1, source: '', sha256: 'aa' };
    const copied = (more: Partial<typeof copy>) =>
      keysOf(blueprint([step('s', { copy: { ...copy, ...more } })]))[0];
    const keys = [
      ...[plain, keysOf(blueprint([step('s')], { prelude }))[0]],
      keysOf(blueprint([step('s', { on: ['other'] })]), {}, 'other')[0],
      keysOf(blueprint([step('s', { doneIf: 'true' })]))[0],
      ...[copied({}), copied({ sha256: 'bb' }), copied({ mode: 0o600 }), copied({ to: '/b' })],
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('follow needs before the order of the file, and pass over what `when` leaves out', () => {
    const steps = [
      step('c', { needs: ['b'] }),
      step('a'),
      step('b', { needs: ['a'], when: { size: ['full'] } }),
      step('uncached', { cache: undefined as never }),
    ];
    const order = (size: string) => cachedSteps(blueprint(steps), { size }, 'node').map(({ id }) => id);
    expect([order('full'), order('mini')]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'c'],
    ]);
  });
});

describe('layers of several roles', () => {
  const on = ['ctl', 'cmp'];
  const of = blueprint([
    step('both', { on }),
    step('ctl-only', { on: ['ctl'], needs: ['both'] }),
    step('cmp-only', { on: ['cmp'], needs: ['both'] }),
    step('after', { on: ['ctl'], cache: undefined as never }),
  ]);
  const nodes = [
    { name: 'c', role: 'ctl' },
    { name: 'n1', role: 'cmp' },
    { name: 'n2', role: 'cmp' },
  ];
  const ctl = keysOf(of, {}, 'ctl');
  const cmp = keysOf(of, {}, 'cmp');
  const plan = (blueprintOf: Blueprint, kept: (string | undefined)[] = [], fresh = ['c', 'n1', 'n2']) =>
    provisionPlan(
      { blueprint: blueprintOf, values: {}, nodes },
      { name: 'baseline', layer: null },
      { kept: new Set(kept as string[]), fresh: new Set(fresh) },
    );
  const made = (tasks: ReturnType<typeof plan>) =>
    tasks
      .filter(({ action }) => action.kind === 'create' || action.kind === 'layer')
      .map(
        ({ step: id, node, needsHere = [], after = [] }) =>
          `${node?.name} ${[id, ...needsHere, ...after].join(' ')}`,
      );

  it('have a key in common as far as their nodes begin with steps that are for all of them', () => {
    expect(ctl[0]).toBe(cmp[0]);
    expect(ctl[1]).not.toBe(cmp[1]);
    const turned = blueprint([step('both', { on: [...on].reverse() })]);
    expect(keysOf(turned, {}, 'cmp')).toEqual([ctl[0]]);
    const apart = blueprint([step('one', { on: ['ctl'], run: 'x' }), step('two', { on: ['cmp'], run: 'x' })]);
    expect(keysOf(apart, {}, 'ctl')).not.toEqual(keysOf(apart, {}, 'cmp'));
  });

  it('are made by the first node of the first role, and the others begin with them', () => {
    const tasks = plan(of);
    expect(made(tasks)).toEqual([
      'c @create-ctl',
      'c @shared-both both',
      'c @layer-ctl ctl-only',
      'n1 @create-cmp @shared-both',
      'n2 @more-cmp @layer-cmp',
      'n1 @layer-cmp cmp-only',
    ]);
    const task = (id: string) => tasks.find(({ step: other }) => other === id);
    expect(task('both')).toMatchObject({
      needsHere: ['@create', '@create-ctl', '@more-ctl', '@create-cmp', '@more-cmp'],
      action: { layers: [ctl[1], ctl[0], cmp[1]], knows: { params: [], anywhere: true, anyRole: true } },
    });
    expect(task('ctl-only')).toMatchObject({
      needsHere: ['both', '@shared-both'],
      action: { layers: [ctl[1]], knows: { params: [], anywhere: true } },
    });
    expect(task('cmp-only')).toMatchObject({ needsHere: ['both'], action: { layers: [cmp[1]] } });
    expect(task('after')?.needsHere).toEqual(['@layer-ctl']);
  });

  it('are not made again where one of them is kept, or one role has nothing to make', () => {
    expect(made(plan(of, [ctl[0]]))).toEqual([
      'c @create-ctl',
      'c @layer-ctl ctl-only',
      'n1 @create-cmp',
      'n2 @more-cmp @layer-cmp',
      'n1 @layer-cmp cmp-only',
    ]);
    expect(made(plan(of, [cmp[1]]))).toEqual([
      'c @create-ctl',
      'c @layer-ctl ctl-only',
      'n1 @create-cmp',
      'n2 @create-cmp',
      'n1 @layer-cmp cmp-only',
    ]);
    expect(made(plan(of, [], ['n1', 'n2']))).toEqual([
      'c @create',
      'n1 @create-cmp',
      'n2 @more-cmp @layer-cmp',
      'n1 @layer-cmp cmp-only',
    ]);
  });

  it('are enough for a role that has no cached step beside', () => {
    const alike = blueprint([step('both', { on }), step('ctl-only', { on: ['ctl'], needs: ['both'] })]);
    expect(made(plan(alike))).toEqual([
      'c @create-ctl',
      'c @shared-both both',
      'c @layer-ctl ctl-only',
      'n1 @create-cmp @shared-both',
      'n2 @create-cmp @shared-both',
    ]);
    expect(made(plan(blueprint([step('both', { on })])))).toEqual([
      'c @create-ctl',
      'c @layer-ctl both',
      'n1 @create-cmp @layer-ctl',
      'n2 @create-cmp @layer-ctl',
    ]);
  });
});

describe('the beginning of nodes', () => {
  const nodes = ['n1', 'n2', 'n3'].map((name) => ({ name, role: 'node' }));
  const of = blueprint([
    step('one'),
    step('two', { needs: ['one'] }),
    step('free', { cache: undefined as never }),
  ]);
  const [one = '', two = ''] = keysOf(of);
  const plan = (kept: string[], fresh = ['n1', 'n2', 'n3']) =>
    provisionPlan(
      { blueprint: of, values: {}, nodes },
      { name: 'baseline', layer: null },
      { kept: new Set(kept), fresh: new Set(fresh) },
    );
  const told = (tasks: ReturnType<typeof plan>, kind: string) =>
    tasks
      .filter(({ action }) => action.kind === kind)
      .map(({ node, needs, needsHere = [], after = [] }) =>
        `${node?.name} ${[...needs, ...needsHere, ...after]}`.trim(),
      );

  it('has one node make the layer, and the others made from it', () => {
    const tasks = plan([]);
    expect(told(tasks, 'create')).toEqual(['n1', 'n2 @layer-node', 'n3 @layer-node']);
    expect(told(tasks, 'layer')).toEqual(['n1 two']);
    expect(tasks.find(({ step: id }) => id === 'one')?.action).toMatchObject({ layers: [two, one] });
    expect(tasks.find(({ step: id }) => id === 'two')?.action).toMatchObject({ layers: [two] });
    const free = tasks.find(({ step: id }) => id === 'free');
    expect([free?.needs, free?.needsHere]).toEqual([['@create-node', '@more-node'], ['@layer-node']]);
  });

  it('makes all at once where the layer is kept; part of it is not enough', () => {
    expect(told(plan([two]), 'create')).toEqual(['n1', 'n2', 'n3']);
    expect(told(plan([one]), 'create')).toEqual(['n1', 'n2 @layer-node', 'n3 @layer-node']);
  });

  it('leaves nodes that are there as they are, and makes no layer of them', () => {
    expect(told(plan([], ['n3']), 'layer')).toEqual(['n3 two']);
    expect(told(plan([], []), 'layer')).toEqual([]);
    const [first] = plan([], []);
    expect(first).toMatchObject({ step: '@create', action: { kind: 'create' } });
    expect(beginning({ blueprint: of, values: {}, nodes }, null).cached.size).toBe(0);
  });

  it('keeps what is cached from the environment, with layers or without', () => {
    for (const tasks of [
      plan([]),
      provisionPlan({ blueprint: of, values: {}, nodes }, { name: 'b', layer: null }),
    ]) {
      expect(tasks.find(({ step: id }) => id === 'one')?.action).toMatchObject({
        knows: { params: [], anywhere: true },
      });
    }
  });
});
