import { expect, test } from 'vitest';
import { gathering } from '../../sessions/report/people.ts';
import { oneSpelling } from '../../sessions/spelling.ts';

test('one word has one spelling: that of most, and of as many the first', () => {
  const spelled = oneSpelling(['dell', 'Dell', null, 'Dell', 'RED HAT', 'Red  Hat']);
  expect(['DELL', 'dell', 'red hat', null, 'IBM'].map(spelled)).toEqual([
    'Dell',
    'Dell',
    'RED HAT',
    null,
    'IBM',
  ]);
});

test('the report counts organisations and sites whatever their letters are', () => {
  const person = (name: string, organisation: string | null, site: string | null) => ({
    ...{ id: name.length, name, organisation, site, identities: [`irc:lab/${name}`] },
    ...{ joinedAt: new Date(0), leftAt: null },
  });
  const { organisations, sites } = gathering([
    person('ann', 'Dell', 'Boston'),
    person('bob', 'dell', 'boston'),
    person('carol', 'Dell', 'Boston'),
    person('dave', 'DELL', 'Austin'),
    person('eve', null, null),
  ]);
  expect(organisations).toBe(1);
  expect(sites).toEqual([
    { site: 'Austin', people: 1, organisations: [{ organisation: 'Dell', names: ['dave'] }] },
    { site: 'Boston', people: 3, organisations: [{ organisation: 'Dell', names: ['ann', 'bob', 'carol'] }] },
    { site: null, people: 1, organisations: [{ organisation: null, names: ['eve'] }] },
  ]);
});
