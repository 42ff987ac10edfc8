/** The order in which test files begin: those that take longest first, so that none of them is left over for the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where a minute and more goes, and where it is mostly waited for. Vitest itself knows only sizes before the first run. */
const longest = [
  'test/cli/quick.test.ts',
  'test/webgpu/training.test.ts',
  'test/server/faults.test.ts',
  'test/e2e/faults.test.ts',
  'test/bench/bench.test.ts',
  'test/parity/parity.test.ts',
  'test/scale/slurm.test.ts',
  'test/cli/faults.test.ts',
  'test/cli/study.test.ts',
  'test/scale/units.test.ts',
  'test/cli/kill.test.ts',
  'test/server/two-processes.test.ts',
];

const place = ({ moduleId }: TestSpecification): number => {
  const found = longest.findIndex((name) => moduleId.endsWith(name));
  return found < 0 ? longest.length : found;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
