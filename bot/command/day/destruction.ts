import { parse } from '../parse.ts';
import { specOf } from '../registry.ts';

/** What people say when they mean to take an environment away or throw its state away. */
const DESTRUCTIVE =
  /\b(destroy|delet|remov|wip(e|ing)|eras|nuk|scrap|teardown|(tear(ing)?|torn)\b.{0,40}\bdown|get(ting)? rid of|reset|restor|revert|roll(ing)? ?back|reinstall|rebuil|throw(ing)? away)/i;

/** Environments without their names: all of them, whichever, or what they are made of. */
const ENVIRONMENTS =
  /\b(env(ironment)?s?|everything|all of (it|them|these|those)|them all)\b|\b(all|every|each|both)( of)?( the| our| these| those)? (nodes?|machines?|vms?|servers?|pools?|stacks?|clouds?)\b/i;
/** "Destroy all?", and no more words. */
const ALL = /\b[a-z]+( it| them)? all\s*([?!.]|$)/im;

/**
 * Why a question is not for a vote: the question or an option is a command that changes an environment that there is, or it
 * names such an environment, or environments in general (`environment` is null), and to destroy or reset it. Null: it may be
 * asked. Topics of the same words ("reset the coffee machine?") are no harm. Pure.
 */
export function whyNotForVote(
  question: string,
  options: readonly string[],
  environments: readonly string[],
): { readonly environment: string | null; readonly verb: string } | null {
  for (const text of [question, ...options]) {
    const parsed = parse(text.replace(/[?!.]+$/, '').replace(/^[!/]|^@?deployday\b[:,]?\s*/i, ''), {
      environments,
      blueprints: [],
      pools: [],
    });
    if (!parsed.ok || !('environment' in parsed.command)) continue;
    const { verb, environment } = parsed.command;
    if (environment !== null && environments.includes(environment) && specOf(verb).changes) {
      return { environment, verb };
    }
  }
  const whole = [question, ...options].join(' \n ');
  if (!DESTRUCTIVE.test(whole)) return null;
  const words = new Set(whole.toLowerCase().match(/[a-z0-9][a-z0-9-]*/g) ?? []);
  const named = environments.find((name) => words.has(name.toLowerCase())) ?? null;
  if (named === null && !ENVIRONMENTS.test(whole) && !ALL.test(whole)) return null;
  const means = /reset|restor|revert|roll|reinstall|rebuil/i.test(DESTRUCTIVE.exec(whole)?.[0] ?? '');
  return { environment: named, verb: means ? 'reset' : 'destroy' };
}
