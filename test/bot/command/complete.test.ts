import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complete } from '../../../bot/command/complete.ts';

const context = {
  environments: ['demo', 'ex'],
  blueprints: ['essex', 'hello'],
  pools: ['lab', 'rack'],
  nodes: { ex: ['controller', 'controller-1'] },
  snapshots: { ex: ['before'] },
  steps: { ex: ['database', 'keystone'] },
  topics: ['endpoints'],
};

test.each<[line: string, offers: string[]]>([
  ['st', ['status']],
  ['pro', ['promote', 'provision']],
  ['S', ['schedule', 'session', 'snapshot', 'status']],
  ['status ', ['demo', 'ex']],
  ['status e', ['ex']],
  ['status ex ', []],
  ['xyzzy ', []],
  ['help pr', ['promote', 'provision']],
  ['provision new ', ['from', 'plan', 'pool=']],
  ['provision new f', ['from']],
  ['provision new from ', ['essex', 'hello']],
  ['provision new from essex ', ['plan', 'pool=']],
  ['provision new from essex plan pool=', ['pool=lab', 'pool=rack']],
  ['provision new from essex pool=lab p', ['plan']],
  ['diff ex ', ['1d-ago', '2h-ago', '30m-ago', 'baseline', 'before', 'demo']],
  ['schedule ex ', ['every', 'off', 'verify']],
  ['schedule ex verify every 3', ['30m']],
  ['reset ex ', ['to']],
  ['reset ex to ', ['baseline', 'before']],
  ['snapshot ex ', ['before']],
  ['logs ex/', ['ex/controller', 'ex/controller-1']],
  ['logs ex/controller-1 k', ['keystone']],
  ['inspect ex e', ['endpoints']],
  ['run ex ', ['--']],
  ['run ex -- st', []],
  ['status "e', []],
])('%j may go on with %j', (line, offers) => {
  expect(complete(line, context)[0]).toEqual(offers);
});

test('what is offered begins with what is typed, for any line', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', 'logs ', 'provision x ', 'run '), (text, start) => {
      const line = start + text;
      const [offers, typed] = complete(line, context);
      expect(line.endsWith(typed)).toBe(true);
      for (const offer of offers) expect(offer.startsWith(typed.toLowerCase())).toBe(true);
    }),
  );
});
