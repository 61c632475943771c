import { expect, it } from 'vitest';
import { createGallery, GalleryBusy } from '../../pictures/gallery.ts';
import { gantt } from '../../pictures/gantt.ts';
import { BEGAN, runOf, task } from './run.ts';

const pictureOf = (environment: string) =>
  gantt(runOf([task('a', 'n1', 'done', 0, 1)], { environment }), BEGAN + 5_000);

function gallery(environmentOf: (name: string) => string | null) {
  let now = 0;
  const looked: string[] = [];
  const made = createGallery(
    async (name) => {
      looked.push(name);
      const environment = environmentOf(name);
      return environment === null ? null : pictureOf(environment);
    },
    () => now,
  );
  const pass = (ms: number) => {
    now += ms;
  };
  return { ...made, looked, pass };
}

it('looks once a second, whoever asks, and draws again only what has changed', async () => {
  let environment = 'ex';
  const { png, svg, looked, pass } = gallery(() => environment);
  const [first, second] = await Promise.all([png('run/1/gantt'), png('run/1/gantt')]);
  expect(second).toBe(first);
  expect(looked).toHaveLength(1);
  pass(1_500);
  expect(await png('run/1/gantt')).toBe(first);
  expect(looked).toHaveLength(2);
  environment = 'other';
  expect(await png('run/1/gantt')).toBe(first);
  pass(1_500);
  expect(await png('run/1/gantt')).not.toBe(first);
  expect(await svg('run/1/gantt')).toContain('other');
});

it('has nothing for a name that leads nowhere, and does not remember such names', async () => {
  const { png, svg, looked } = gallery(() => null);
  expect(await png('run/9/gantt')).toBeNull();
  expect(await svg('run/9/gantt')).toBeNull();
  expect(looked).toHaveLength(2);
});

it('refuses what would only wait, and goes on afterwards', async () => {
  const { png } = gallery((name) => name);
  const asked = await Promise.allSettled(Array.from({ length: 30 }, (_, at) => png(`run/${at}/gantt`)));
  const refused = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused).toHaveLength(10);
  for (const reason of refused) expect(reason).toBeInstanceOf(GalleryBusy);
  expect(await png('run/29/gantt')).toBeInstanceOf(Buffer);
});
