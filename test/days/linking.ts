import type { Human } from './cast.ts';
import type { Crowd } from './crowd.ts';
import type { Random } from './random.ts';

/** Somebody with two accounts joins them by a code, or parts them; some lose their way. */
export async function linkOrPart(crowd: Crowd, human: Human, random: Random): Promise<void> {
  const [one, other] = random.shuffled(human.accounts);
  if (!one || !other) return;
  if (random.chance(0.25)) {
    await crowd.ask(one, 'unlink', 'private');
    return;
  }
  // Slack shows no code where others read; on IRC and Discord, too, it is asked for in private here.
  const shown = await crowd.ask(one, 'link', 'private');
  const code = codeIn(shown ?? '');
  if (code === null || random.chance(0.1)) return;
  await crowd.ask(other, `link ${code}`, random.chance(0.5) ? 'private' : 'room');
  // Once is enough.
  if (random.chance(0.2)) await crowd.ask(other, `link ${code}`, 'room');
}

/** A link code that a text shows, if it shows one. */
export function codeIn(text: string): string | null {
  return /\b([2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5})\b/.exec(text)?.[1] ?? null;
}
