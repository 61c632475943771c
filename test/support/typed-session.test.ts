import { expect, it } from 'vitest';
import { rememberTyped } from './typed-session.ts';
import type { World } from './world.ts';

it('a typed session reads as it stood in the terminal: each line, then what was said until the next', async () => {
  const lines: string[] = ['welcome'];
  const world = {
    said: () => ({ lines, logged: [] }),
    type: (line: string) => void lines.push(`typed ${line}`),
    ask: async (line: string) => {
      lines.push(`answer to ${line}`, 'more');
      return 'more';
    },
  } as unknown as World;
  const session = rememberTyped(world);
  await session.world.ask('provision ex', /more/);
  session.world.type('envs');
  expect(session.text()).toBe(
    'deployday> provision ex\nanswer to provision ex\nmore\ndeployday> envs\ntyped envs\n',
  );
});
