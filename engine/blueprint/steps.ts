import { isMap, isScalar, isSeq } from 'yaml';
import { DurationError, parseDuration } from '../duration.ts';
import type { Check, Param, Role, Step } from './blueprint.ts';
import type { CopyReader } from './copies.ts';
import { didYouMean } from './nearest.ts';
import type { Need, PlacedStep } from './placed-step.ts';
import type { PlaybookReader } from './playbooks.ts';
import { readRepair } from './repairs.ts';
import type { ScriptReader } from './scripts.ts';
import { complain, type Place, quote } from './source.ts';
import {
  type Fields,
  isName,
  readFields,
  readFlag,
  readLine,
  readList,
  readPattern,
  readText,
  readWhole,
  readWord,
} from './values.ts';
import { readWhen } from './when.ts';

/** What steps, checks and facts refer to. */
export interface Names {
  readonly roles: Readonly<Record<string, Role>>;
  readonly params: Readonly<Record<string, Param>>;
  readonly script: ScriptReader;
  readonly copy: CopyReader;
  readonly playbook: PlaybookReader;
  /** The ids that are taken, and by which key. */
  readonly ids: Map<string, string>;
}

const STEP_KEYS = [
  'id',
  'title',
  'on',
  'needs',
  'after',
  'weight',
  'run',
  'copy',
  'playbook',
  'done_if',
  'timeout',
  'repeatable',
  'retries',
  'backoff',
  'on_failure',
  'destructive',
  'params',
  'cache',
  'when',
] as const;
const CHECK_KEYS = [
  'id',
  'title',
  'on',
  'run',
  'expect',
  'hint',
  'repair',
  'timeout',
  'retry_for',
  'when',
] as const;
const LONGEST_TIMEOUT_MS = parseDuration('7d');

/** `steps:` or `teardown:`. Needs are not checked yet: see `checkOrder`. */
export async function readSteps(place: Place | undefined, names: Names): Promise<PlacedStep[]> {
  const steps: PlacedStep[] = [];
  for (const item of readList(place) ?? []) {
    const fields = readFields(item, STEP_KEYS);
    if (fields === undefined) continue;
    const common = await readCommon(item, fields, names, '15m');
    const copy = await names.copy(fields.get('copy'));
    const playbook = await names.playbook(fields.get('playbook'));
    const needs = readNeeds(fields.get('needs'));
    const after = readAfter(fields.get('after'));
    const everywhere = needs.filter(({ here }) => !here).map(({ id }) => id);
    const here = needs.filter((need) => need.here && !everywhere.includes(need.id)).map(({ id }) => id);
    const params = readParamNames(fields.get('params'), names);
    const doneIf = await names.script(fields.get('done_if'));
    const step: Step = {
      ...common,
      on: readRoles(fields.get('on'), names),
      ...(copy !== undefined && { copy }),
      ...(playbook !== undefined && { playbook }),
      needs: [...new Set(everywhere)],
      ...(here.length > 0 && { needsHere: [...new Set(here)] }),
      ...(after.length > 0 && { after: [...new Set(after.map(({ id }) => id))] }),
      ...(params !== undefined && { params }),
      ...(readFlag(fields.get('cache')) && { cache: true }),
      slots: readWeight(fields.get('weight')) ?? 0,
      ...(doneIf !== undefined && { doneIf }),
      repeatable: readFlag(fields.get('repeatable')) ?? false,
      retries: readWhole(fields.get('retries'), 0, 100) ?? 0,
      backoffMs: readDuration(fields.get('backoff')) ?? parseDuration('5s'),
      onFailure: readWord(fields.get('on_failure'), ['skip', 'stop', 'continue']) ?? 'skip',
      ...(readFlag(fields.get('destructive')) && { destructive: true }),
    };
    steps.push({ step, place: item, fields, needs, after });
  }
  return steps;
}

/** `checks:`; `steps`: those that may mend what a check finds wrong. */
export async function readChecks(
  place: Place | undefined,
  names: Names,
  steps: readonly PlacedStep[],
): Promise<Check[]> {
  const checks: Check[] = [];
  for (const item of readList(place) ?? []) {
    const fields = readFields(item, CHECK_KEYS);
    if (fields === undefined) continue;
    const common = await readCommon(item, fields, names, '1m');
    const expect = readPattern(fields.get('expect'));
    const hint = readLine(fields.get('hint'));
    const on = readRole(fields.get('on'), names) ?? '';
    const repair = readRepair(fields.get('repair'), { ...common, on }, steps);
    checks.push({
      ...common,
      on,
      ...(expect !== undefined && { expect }),
      ...(hint !== undefined && { hint }),
      ...(repair !== undefined && { repair }),
      retryForMs: readDuration(fields.get('retry_for')) ?? 0,
    });
  }
  return checks;
}

/** What steps and checks have in common. */
async function readCommon(item: Place, fields: Fields, names: Names, usualTimeout: string) {
  const what = ['run', 'copy', 'playbook'].filter((key) => fields.has(key));
  if (!fields.has('id')) complain(item, 'has no id');
  // A playbook says itself which hosts its plays are for.
  if (!fields.has('on') && !fields.has('playbook')) complain(item, 'has no on');
  if (what.length === 0) complain(item, 'has no run');
  else if (what.length > 1) complain(item, `has both ${what.join(' and ')}: make two steps of it`);
  const playbook = fields.get('playbook');
  if (playbook && fields.has('done_if')) complain(playbook, 'knows itself what is done: leave done_if out');
  const id = readId(fields.get('id'), names) ?? '';
  const timeout = fields.get('timeout');
  const timeoutMs = readDuration(timeout) ?? parseDuration(usualTimeout);
  if (timeout !== undefined && timeoutMs === 0) complain(timeout, 'must be longer than nothing');
  return {
    id,
    title: readLine(fields.get('title')) ?? id,
    run: (await names.script(fields.get('run'))) ?? '',
    timeoutMs,
    when: readWhen(fields.get('when'), names.params),
  };
}

function readId(place: Place | undefined, names: Names): string | undefined {
  const id = readLine(place);
  if (place === undefined || id === undefined || !isName(place, id)) return undefined;
  const taken = names.ids.get(id);
  if (taken !== undefined) complain(place, `"${id}" is the id of ${taken} already`);
  else names.ids.set(id, place.key.replace(/\.id$/, ''));
  return id;
}

/** A role of the blueprint. */
export function readRole(place: Place | undefined, names: Names): string | undefined {
  const role = readLine(place);
  if (place === undefined || role === undefined) return undefined;
  const known = Object.keys(names.roles);
  // With no role at all, that has been reported already.
  if (known.includes(role) || known.length === 0) return role;
  complain(
    place,
    `no role ${quote(role)}${didYouMean(role, known) || `; the roles are ${known.join(', ')}`}`,
  );
  return undefined;
}

/** `on:` of a step: a role or a list of roles; none where there is no `on`. */
function readRoles(place: Place | undefined, names: Names): string[] {
  if (!isSeq(place?.node)) {
    const role = readRole(place, names);
    return role === undefined ? [] : [role];
  }
  const items = (readList(place) ?? []).map((item) => ({ ...item, key: place?.key ?? item.key }));
  if (place && items.length === 0) complain(place, 'names no role');
  const roles: string[] = [];
  for (const item of items) {
    const role = readRole(item, names);
    if (role === undefined) continue;
    if (roles.includes(role)) complain(item, `${quote(role)} is there twice`);
    else roles.push(role);
  }
  return roles;
}

/** A list of steps, and of `{step: ID, each: node}`. */
function readNeeds(place: Place | undefined): Need[] {
  return (readList(place) ?? []).flatMap((item): Need[] => {
    const at = { ...item, key: place?.key ?? item.key };
    if (!isMap(item.node)) {
      const id = readLine(item);
      return id === undefined ? [] : [{ id, place: at, here: false }];
    }
    const fields = readFields(item, ['step', 'each']);
    for (const key of ['step', 'each']) if (fields && !fields.has(key)) complain(item, `has no ${key}`);
    const id = readLine(fields?.get('step'));
    const each = readWord(fields?.get('each'), ['node']);
    return id === undefined || each === undefined ? [] : [{ id, place: at, here: true }];
  });
}

/** `after:` of a step. */
function readAfter(place: Place | undefined): Need[] {
  return (readList(place) ?? []).flatMap((item) => {
    const id = readLine(item);
    return id === undefined ? [] : [{ id, place: { ...item, key: place?.key ?? item.key }, here: false }];
  });
}

/** `params:` of a step: the only ones that its script gets. */
function readParamNames(place: Place | undefined, { params }: Names): string[] | undefined {
  if (place === undefined) return undefined;
  const known = Object.keys(params);
  const listed = (readList(place) ?? []).flatMap((item) => {
    const name = readLine(item);
    if (name === undefined) return [];
    if (known.includes(name)) return [name];
    complain(item, `no parameter ${quote(name)}${didYouMean(name, known)}`);
    return [];
  });
  return [...new Set(listed)];
}

/** `light`, `heavy`, or a number of the pool's slots. */
function readWeight(place: Place | undefined): number | undefined {
  if (place === undefined) return undefined;
  if (isScalar(place.node) && typeof place.node.value === 'number') return readWhole(place, 0, 1_000);
  const word = readWord(place, ['light', 'heavy']);
  return word === undefined ? undefined : WEIGHTS[word];
}

const WEIGHTS = { light: 0, heavy: 1 } as const;

function readDuration(place: Place | undefined): number | undefined {
  const text = readText(place);
  if (place === undefined || text === undefined) return undefined;
  try {
    const ms = parseDuration(text);
    if (ms <= LONGEST_TIMEOUT_MS) return ms;
    complain(place, 'at most 7d');
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    complain(place, error.message);
  }
  return undefined;
}
