import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needSshd } from '../support/sshd.ts';
import { openWorld } from '../support/world.ts';

const blueprints = [join(import.meta.dirname, 'former-secrets', 'blueprints')];
const sshd = await needSshd();
const PATIENCE_MS = 40_000;

it.skipIf(!sshd.ok)(
  'a secret that a provision replaces stays masked where its nodes go on printing it',
  {
    timeout: 4 * PATIENCE_MS,
  },
  async ({ onTestFinished }) => {
    const world = await openWorld({ machines: 1, blueprints });
    onTestFinished(() => world.close());
    const words = ['tulip-mountain', 'heron-lantern', 'amber-staircase'];
    const logOf = async (run: number) => (await fetch(`${world.app.url}/runs/${run}/log`)).text();
    for (const [at, word] of words.entries()) {
      const from = at === 0 ? 'from whisper ' : '';
      await world.ask(`provision demo ${from}word=${word}`, /^demo ready in/, PATIENCE_MS);
      const log = await logOf(at + 1);
      expect(log.match(/it knows \*{4}$/gm)).toHaveLength(at + 1);
      for (const told of words) expect(log).not.toContain(told);
    }
    // What somebody says of it is no more shown than what a node does.
    await world.ask('session start day', /^Session day has begun/);
    await world.ask(`note it was ${words[0]}`, /Written down/);
    await world.ask('note', /it was \*{4}/);
  },
);
