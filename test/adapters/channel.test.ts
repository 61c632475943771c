import { expect, test } from 'vitest';
import { adapterOf } from '../../adapters/channel.ts';

test.each([
  ['irc:lab/#room', 'irc:lab'],
  ['irc:lab/@alice', 'irc:lab'],
  ['irc:discord/#room', 'irc:discord'],
  ['slack:T1/C1', 'slack:T1'],
  ['discord:81384788765712384/381870553235193857', 'discord'],
  ['discord:@me/381870553235193857', 'discord'],
  ['console:local', 'console'],
  ['nonsense', ''],
])('%s belongs to the adapter "%s"', (channel, adapter) => {
  expect(adapterOf(channel)).toBe(adapter);
});
