import { DurationError, parseDuration } from '../../../engine/duration.ts';
import { folded } from '../../../sessions/said.ts';
import { show } from '../names.ts';
import type { Told } from '../reads.ts';
import type { VoteAct } from './acts.ts';
import { act, firstWord, LONGEST, numbered, numberOf, textOf, wrong } from './told.ts';

const DEFAULT_MS = 10 * 60_000;
const LONGEST_MS = 24 * 60 * 60_000;
const MOST_OPTIONS = 10;

/** What stands after `vote`: a question with its options, or a choice. */
export function readVote(text: string): Told<VoteAct> {
  if (text.includes('|')) return readQuestion(text);
  const { word, rest } = firstWord(text);
  if (word === '') return act({ do: 'show', number: null });
  if (word === 'drop' && (rest === '' || numberOf(rest) !== null)) return numbered('vote', 'drop', rest);
  const number = numberOf(word);
  if (number === null) {
    const question = text.trim();
    return wrong(
      'a vote needs a question and its options, with | between them: vote Lunch when? | 12:00 | 13:00',
      ...(question.endsWith('?') ? [`${question} | yes | no`] : []),
    );
  }
  if (rest === '') return act({ do: 'show', number });
  const choice = textOf('the choice', rest, LONGEST.question);
  return 'fault' in choice ? wrong(choice.fault) : act({ do: 'cast', number, choice: choice.text });
}

function readQuestion(text: string): Told<VoteAct> {
  const until = /^([\s\S]*\|[\s\S]*?)\suntil\s+(\S+)\s*$/i.exec(text);
  const openMs = until === null ? { ms: DEFAULT_MS } : readUntil(until[2] ?? '');
  if ('fault' in openMs) return wrong(openMs.fault, `${until?.[1]} until 10m`);
  const [asked = '', ...offered] = (until?.[1] ?? text).split('|');
  const question = textOf('the question before the first |', asked, LONGEST.question);
  if ('fault' in question) return wrong(question.fault);
  const options: string[] = [];
  for (const [at, each] of offered.entries()) {
    // `a | b |`: the last bar is a slip.
    if (each.trim() === '' && at === offered.length - 1) continue;
    const option = textOf(`option ${at + 1}`, each, LONGEST.option);
    if ('fault' in option) return wrong(option.fault);
    if (options.some((other) => folded(other) === folded(option.text))) {
      return wrong(`the option ${show(option.text)} is there twice`);
    }
    options.push(option.text);
  }
  if (options.length < 2) return wrong('a vote needs at least two options, with | between them');
  if (options.length > MOST_OPTIONS) return wrong(`a vote has at most ${MOST_OPTIONS} options`);
  return act({ do: 'ask', question: question.text, options, openMs: openMs.ms });
}

function readUntil(text: string): { ms: number } | { fault: string } {
  try {
    const ms = parseDuration(text);
    if (ms < 1_000 || ms > LONGEST_MS) return { fault: 'a vote is open for 1s to 24h' };
    return { ms };
  } catch (error) {
    if (error instanceof DurationError) return { fault: `after "until": ${error.message}` };
    throw error;
  }
}
