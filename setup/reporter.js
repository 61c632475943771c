import { writeFileSync } from 'node:fs';

/** @import {Reporter} from 'vitest/reporters' */
/** @import {TestModule, Vitest} from 'vitest/node' */

/**
 * Tells at the end of a test run which tests were skipped and why, and which passed only when they were tried again, and
 * writes the totals to the file that TEST_TOTALS names. A default export because vitest asks for one.
 * @implements {Reporter}
 */
export default class TotalsReporter {
  /** @param {Vitest} vitest */
  onInit(vitest) {
    this.namePattern = vitest.config.testNamePattern;
  }

  /**
   * @param {readonly TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    /** @type {Map<string, string[]>} */
    const skips = new Map();
    for (const module of modules) {
      const failedBefore = totals.failed;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') totals.passed++;
        if (test.diagnostic()?.flaky) {
          console.log(`Passed only when tried again: ${module.relativeModuleId} > ${test.fullName}`);
          for (const { message } of result.errors ?? [])
            for (const line of beginAndEnd(message)) console.log(`  ${line}`);
        }
        if (result.state === 'failed' || result.state === 'pending') totals.failed++;
        if (result.state !== 'skipped') continue;
        totals.skipped++;
        if (!result.note && this.namePattern) continue; // left out by -t
        const reason = result.note ?? 'no reason given';
        skips.set(reason, [...(skips.get(reason) ?? []), `${module.relativeModuleId} > ${test.fullName}`]);
      }
      // A file that could not be loaded, or whose set-up failed, has no failed test of its own.
      if (!module.ok() && totals.failed === failedBefore) totals.failed++;
    }
    for (const [reason, names] of skips) {
      console.log(`Skipped, ${reason}:`);
      for (const name of names) console.log(`  ${name}`);
    }
    const file = process.env.TEST_TOTALS;
    if (file) writeFileSync(file, JSON.stringify(totals));
  }
}

/**
 * Of a long message. The second line of a property's failure is its seed; what a program said last before a test gave up is at
 * the end.
 * @param {string} message
 * @returns {string[]}
 */
function beginAndEnd(message) {
  const lines = message.split('\n');
  return lines.length <= 32 ? lines : [...lines.slice(0, 2), '…', ...lines.slice(-30)];
}
