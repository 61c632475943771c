import { parse } from '../parse.ts';
import { specOf } from '../registry.ts';

/** What people say when they mean to take an environment away or throw its state away. */
const DESTRUCTIVE =
  /\b(destroy|delet|remov|wip(e|ing)|eras|nuk|scrap|teardown|(tear(ing)?|torn)\b.{0,40}\bdown|get(ting)? rid of|reset|restor|revert|roll(ing)? ?back|reinstall|rebuil|throw(ing)? away|terminat|purg|trash|kill(s|ed|ing)?\b|drop(s|ped|ping)?\b|rm\b|(shut|tak|bring)(e|ing|ting)?\b.{0,40}\bdown)/i;

/** How the commands that do it are called, too: what begins with one of them is one. "Is ex down?" is not. */
const NAMES = (['destroy', 'reset'] as const).flatMap((verb) => [verb, ...specOf(verb).also]);
const BEGINS = new RegExp(`^\\W*(?:deployday\\W+)?(?:please\\s+)?(?:${NAMES.join('|')})\\b`, 'im');

/** Environments without their names: all of them, whichever, or what they are made of. */
const ENVIRONMENTS =
  /\b(env(ironment)?s?|everything|all of (it|them|these|those)|them all)\b|\b(all|every|each|both)( of)?( the| our| these| those)? (nodes?|machines?|vms?|servers?|pools?|stacks?|clouds?)\b/i;
/** All environments, said before the word. */
const EACH = /\b(all|every|each|both)( of)?( the| our| these| those)? env(ironment)?s?\b|\beverything\b/i;
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
  const how = DESTRUCTIVE.exec(whole)?.[0] ?? BEGINS.exec(whole)?.[0];
  if (how === undefined) return null;
  const named = namedIn(whole, environments);
  if (named === null && !ENVIRONMENTS.test(whole) && !ALL.test(whole)) return null;
  return { environment: named, verb: verbOf(how) };
}

/**
 * Why a topic is not for the agenda, where people vote for topics: it is said as a command to destroy or reset an environment
 * that there is, or all of them. What is to be talked about ("how we reset ex") may be. Null: it may be proposed. Pure.
 */
export function whyNotForAgenda(
  title: string,
  environments: readonly string[],
): { readonly environment: string | null; readonly verb: string } | null {
  const how = BEGINS.exec(title)?.[0];
  if (how === undefined) return null;
  const environment = namedIn(title, environments);
  if (environment === null && !EACH.test(title)) return null;
  return { environment, verb: verbOf(how) };
}

function verbOf(how: string): 'reset' | 'destroy' {
  return /reset|restor|revert|roll|reinstall|rebuil|undo/i.test(how) ? 'reset' : 'destroy';
}

function namedIn(text: string, environments: readonly string[]): string | null {
  const words = new Set(text.toLowerCase().match(/[a-z0-9][a-z0-9-]*/g) ?? []);
  return environments.find((name) => words.has(name.toLowerCase())) ?? null;
}
