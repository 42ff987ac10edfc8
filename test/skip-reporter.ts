/** Says at the end of a run how many tests were skipped for what reason. Where CI is set, a test without a reason fails the run. */
import type { Reporter, TestModule } from 'vitest/node';
import type {} from './needs.ts';

export default class SkipReporter implements Reporter {
  /** A person who runs some tests by name skips the others, and need not be told why. */
  #filtered = false;

  onInit: Reporter['onInit'] = ({ config }) => {
    this.#filtered = config.testNamePattern !== undefined;
  };

  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    const reasons = skipped.map((test) => test.meta().skipped);
    for (const [reason, all] of Map.groupBy(
      reasons.filter((reason) => reason !== undefined),
      (reason) => reason,
    ))
      console.log(`${all.length} skipped: ${reason}`);
    if (this.#filtered) return;
    for (const test of skipped)
      if (test.meta().skipped === undefined) {
        console.log(`Skipped without a reason: ${test.module.relativeModuleId}, ${test.fullName}`);
        if (process.env['CI']) process.exitCode = 1;
      }
  }
}
