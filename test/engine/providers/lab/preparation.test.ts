import { expect, it } from 'vitest';
import { createPreparation } from '../../../../engine/providers/lab/preparation.ts';

/** Preparations that go on until they are ended, and what has become of each. */
function endless() {
  const story: string[] = [];
  let count = 0;
  const preparation = createPreparation<never>((_, signal) => {
    count += 1;
    const name = count;
    story.push(`${name} begun`);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        story.push(`${name} ended`);
        reject(signal.reason);
      });
    });
  });
  const wait = (signal?: AbortSignal) =>
    preparation.wait(() => {}, signal).catch((error: Error) => error.message);
  return { story, preparation, wait };
}

it('goes on as long as anybody waits for it, and is ended when nobody does', async () => {
  const { story, wait } = endless();
  const [one, two] = [new AbortController(), new AbortController()];
  const waiting = [wait(one.signal), wait(two.signal)];
  one.abort(new Error('one leaves'));
  expect(await waiting[0]).toBe('one leaves');
  expect(story).toEqual(['1 begun']);
  two.abort(new Error('two leaves'));
  expect(await waiting[1]).toBe('two leaves');
  expect(story).toEqual(['1 begun', '1 ended']);
});

it('is begun anew by who comes after its end', async () => {
  const { story, preparation, wait } = endless();
  const first = wait();
  await preparation.end();
  expect(await first).toBe('the pool was closed');
  const second = wait();
  expect(story).toEqual(['1 begun', '1 ended', '2 begun']);
  await preparation.end();
  await second;
});

it('is done once, and stays done when who waited for it leaves afterwards', async () => {
  let times = 0;
  const preparation = createPreparation(async () => ++times);
  const leaver = new AbortController();
  expect(await preparation.wait(() => {}, leaver.signal)).toBe(1);
  leaver.abort();
  expect(await preparation.wait(() => {})).toBe(1);
});
