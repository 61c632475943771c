import type { Blueprint, When } from './blueprint.ts';
import { didYouMean } from './nearest.ts';
import { complain, type Place, quote } from './source.ts';
import { readEntries, readLines } from './values.ts';

/** `when:` of a step, check, role or part of the prelude. */
export function readWhen(place: Place | undefined, params: Blueprint['params']): When {
  const when: [string, string[]][] = [];
  for (const { name, at, value } of readEntries(place) ?? []) {
    const param = Object.hasOwn(params, name) ? params[name] : undefined;
    if (param === undefined) {
      complain(at, `no parameter ${quote(name)}${didYouMean(name, Object.keys(params))}`);
      continue;
    }
    const wanted = readLines(value, { single: true });
    if (wanted === undefined) continue;
    if (wanted.length === 0) complain(value, 'is empty, so this would never run');
    for (const word of wanted) {
      if (param.choices === undefined || param.choices.includes(word)) continue;
      const better = didYouMean(word, param.choices) || `: ${param.choices.join(', ')}`;
      complain(value, `${quote(word)} is not among the choices of ${name}${better}`);
    }
    when.push([name, wanted]);
  }
  return Object.fromEntries(when);
}
