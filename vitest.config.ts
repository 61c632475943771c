import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Tests that run whole programs, make nodes or break things on purpose: `NAME.system.test.ts`. They run last, two files at a time. */
const SYSTEM_TESTS = 'test/**/*.system.test.ts';

/** Those of them that take longer than all others together: `npm run test:long`, which runs no others. */
const LONG_TESTS = 'test/**/*.long.system.test.ts';
const long = process.env.TEST_LONG === '1';

/**
 * Files that take minutes, in the order in which they begin: last, each would run alone while the other workers have nothing left to
 * do. Of the system tests the two-node essex is the first: the others run beside it. In a fresh clone booted-machines makes the file
 * system that all machines of labs begin from; other files of the lab are not here, because they would only wait for it.
 */
const LONGEST = [
  'test/engine/providers/lab/booted-machines.test.ts',
  'test/engine/transports/ssh.test.ts',
  'test/bot/policies.test.ts',
  'test/bot/playbooks.test.ts',
  'test/bot/essex.system.test.ts',
  'test/bot/recovery.system.test.ts',
];

/**
 * A test that fails is tried once more, because a machine shared with others can stand still for seconds. What passed only
 * then is named at the end of `npm test`, with how it failed: that is a fault of the test or of the code, to be found.
 */
const RETRY = 1;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((file) => moduleId.endsWith(file));
      return at < 0 ? LONGEST.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/globalSetup.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [SYSTEM_TESTS],
          retry: RETRY,
          // A file takes a second to import what it tests; files share that, since none leaves anything behind in its process.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 0 },
          // Vitest leaves a core free: one worker on two cores. These tests mostly wait for servers.
          maxWorkers: 4,
        },
      },
      {
        test: {
          name: 'system',
          include: [long ? LONG_TESTS : SYSTEM_TESTS],
          exclude: long ? [] : [LONG_TESTS],
          retry: RETRY,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // One works while the other waits for a process to be missed.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
