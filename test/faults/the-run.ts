import { z } from 'zod';
import { ENVIRONMENT } from './phrases.ts';

const runsAnswer = z.object({
  runs: z.array(z.object({ id: z.int(), environment: z.string(), kind: z.string() })),
});

/** The round's provisions, in their order. Their numbers are others when a process died while it wrote one down. */
export async function theRuns(get: (path: string) => Promise<string>): Promise<number[]> {
  const { runs } = runsAnswer.parse(JSON.parse(await get('/api/runs')));
  return runs
    .filter(({ environment, kind }) => environment === ENVIRONMENT && kind === 'provision')
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

/** The last of them; 1 if there is none. */
export const theRun = async (get: (path: string) => Promise<string>): Promise<number> =>
  (await theRuns(get)).at(-1) ?? 1;
