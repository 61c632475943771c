import type { Fault, Line } from './fault.ts';
import { introduces } from './missing.ts';
import { article, show } from './names.ts';
import { nearest } from './nearest.ts';
import type { ArgumentSpec, CommandSpec } from './spec.ts';
import type { Word } from './words.ts';

/** Small words that people put between names; no command means anything by them. */
const FILLERS = [
  'a',
  'an',
  'and',
  'against',
  'as',
  'at',
  'for',
  'in',
  'named',
  'of',
  'on',
  'the',
  'vs',
  'with',
  'from',
  'to',
];

/** `size = mini` and `size= mini`: spaces around the `=` of a setting. Null if there are none. */
export function looseEquals(spec: CommandSpec, words: readonly Word[], line: Line): Fault | null {
  if (spec.rest !== null) return null;
  for (const [index, word] of words.entries()) {
    const before = words[index - 1];
    const after = words[index + 1];
    if (index < 1 || word.quoted) continue;
    const raw = line.text.slice(word.start, word.end);
    // `key =value`, `key = value`: the key is the word before.
    if (raw.startsWith('=') && before !== undefined && index > 2 && before.equals < 0) {
      const end = raw === '=' && after !== undefined ? after.start : word.start + 1;
      return spaces(line.replace({ ...word, start: before.end, end }, '='));
    }
    // `key= value`: an empty value is never followed by a word that stands for itself.
    const next = after !== undefined && after.equals < 0 && !isKeyword(spec, after);
    if (raw.length > 1 && raw.endsWith('=') && raw.indexOf('=') === raw.length - 1 && next && index > 1) {
      return spaces(line.replace({ ...word, start: word.end, end: after.start }, ''));
    }
  }
  return null;
}

function spaces(repair: string): Fault {
  return { message: 'there must be no spaces around the = of key=value', repairs: [repair] };
}

function isKeyword(spec: CommandSpec, word: Word): boolean {
  return (
    introduces(spec, word) ||
    (!word.quoted && spec.flags.some((flag) => flag.name === word.text.toLowerCase()))
  );
}

/** There are more plain words than the command has places for; `surplus` is the first of them. */
export function tooMany(
  spec: CommandSpec,
  words: readonly Word[],
  surplus: Word,
  given: ReadonlyMap<ArgumentSpec, Word>,
  line: Line,
): Fault {
  const repairs: string[] = [];
  let hint = '';
  const plain = words.slice(1).filter((word) => word.equals < 0 && !word.quoted);
  for (const word of plain) {
    const next = words[words.indexOf(word) + 1];
    const key = spec.arguments.find((argument) => argument.key && argument.name === word.text.toLowerCase());
    if (key !== undefined && next !== undefined && next.equals < 0) {
      hint ||= `; ${key.name} is written ${key.written}`;
      repairs.push(line.replace({ ...word, end: next.start }, `${key.name}=`));
    }
  }
  const keywords = [...spec.flags.map((flag) => flag.name), ...spec.arguments.flatMap((a) => a.after ?? [])];
  const meant = surplus.quoted ? null : nearest(surplus.text, keywords);
  if (meant !== null) {
    hint ||= `; did you mean "${meant}"?`;
    repairs.push(line.replace(surplus, meant));
  }
  const filler = plain.filter((word) => FILLERS.includes(word.text.toLowerCase()));
  repairs.push(...filler.map((word) => line.replace(word, '')));
  const introduced = spec.arguments.find((argument) => argument.after !== undefined && !given.has(argument));
  if (introduced?.after !== undefined && filler.length === 0) {
    hint ||= `; ${article(introduced.kind)} comes after "${introduced.after}"`;
    repairs.push(line.before(surplus, introduced.after));
  }
  repairs.push(line.replace(surplus, ''));
  return { message: `${show(surplus.text)} is one word too many for ${spec.verb}${hint}`, repairs };
}

/** The words of `run ex uname -a`, and others where the command does not stand after `--`; null if all is well. */
export function commandBeforeDashes(
  spec: CommandSpec,
  words: readonly Word[],
  hasRest: boolean,
  line: Line,
): Fault | null {
  const [verb, target, first] = words;
  if (spec.rest === null || verb === undefined || target === undefined) return null;
  if (first === undefined) return null;
  const front = line.text.slice(0, first.start);
  if (!hasRest) {
    const command = line.text.slice(first.start).replace(/^(--|—|–)(?=\S)/, '');
    const message = `the command to run stands after --: there is no -- before ${show(first.text)}`;
    return { message, repairs: [`${front}-- ${command}`] };
  }
  const message = `${show(line.text.slice(first.start, words.at(-1)?.end))} is too much before --`;
  const isNode = words.length === 3 && !target.text.includes('/');
  const joined = `${front.trimEnd()}/${line.text.slice(first.start)}`;
  return { message, repairs: isNode ? [joined] : [] };
}
