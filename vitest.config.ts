import { defineConfig } from 'vitest/config';

/** Tests that run whole programs, make nodes or break things on purpose: `NAME.system.test.ts`. They run last, one file at a time. */
const SYSTEM_TESTS = 'test/**/*.system.test.ts';

/** Those of them that take longer than all others together: `npm run test:long`. */
const LONG_TESTS = process.env.TEST_LONG === '1' ? [] : ['test/**/*.long.system.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/globalSetup.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [SYSTEM_TESTS],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
          // Vitest leaves a core free: one worker on two cores, whose tests mostly wait for servers.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'system',
          include: [SYSTEM_TESTS],
          exclude: LONG_TESTS,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
