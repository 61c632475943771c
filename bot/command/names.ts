import { isTimeOrRun } from '../../engine/compared-with.ts';

/** Why `name` cannot be used, and what would do instead (null if nothing can be made of it). */
export interface NameFault {
  readonly message: string;
  readonly instead: string | null;
}

/** Words of the grammar, so that `provision from essex` or `diff ex baseline` have one meaning only. */
const RESERVED = ['baseline', 'from', 'to', 'plan', 'every'];
const LONGEST = 41;

/** Names of environments, snapshots, blueprints, pools, nodes, roles, steps and topics all have this form. */
const FORM = /^[a-z0-9][a-z0-9-]{0,40}$/;

/** Null when `name` can be the name of `what` (`environment`, `snapshot` …): only its form is looked at. */
export function nameFault(what: string, name: string): NameFault | null {
  if (!FORM.test(name)) {
    const why =
      name.length > LONGEST && FORM.test(name.slice(0, LONGEST))
        ? `at most ${LONGEST} characters`
        : 'small letters, digits and -, beginning with a letter or digit';
    return {
      message: `${show(name)} cannot be the name of ${article(what)}: ${why}`,
      instead: rightForm(name),
    };
  }
  if (what === 'environment' && RESERVED.includes(name)) {
    return {
      message: `"${name}" cannot be the name of an environment: it is a word of the commands`,
      instead: null,
    };
  }
  if ((what === 'environment' || what === 'snapshot') && isTimeOrRun(name)) {
    const message = `"${name}" cannot be the name of ${article(what)}: diff takes it for a time or a run`;
    return { message, instead: name.replace(/-ago$/, '').replace(/^run-/, 'r') };
  }
  if (what === 'snapshot' && name === 'baseline') {
    const message =
      '"baseline" cannot be the name of a snapshot: the baseline is kept by a provision itself, and by promote';
    return { message, instead: null };
  }
  return null;
}

/** The nearest name of the right form: `My Env.` → `my-env`. */
function rightForm(name: string): string | null {
  const form = name
    .slice(0, 200)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '');
  return form === '' ? null : form;
}

/** A typed word inside a sentence: quoted, on one line, not too long. */
export function show(word: string): string {
  const short = word.length > 40 ? `${word.slice(0, 40)}…` : word;
  return `"${short.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')}"`;
}

/** `an environment`, `a blueprint`. */
export function article(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
