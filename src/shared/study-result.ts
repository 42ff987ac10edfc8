/** What `study --json` prints: runs, and what they have come to. */
import type { RunRecord } from './results.ts';
import type { ArmStatistics, ControlStatistics } from './statistics/statistics.ts';

export interface StudyResult {
  study: string;
  engine: string;
  dataset: { name: string; train: number; test: number };
  runs: RunRecord[];
  /** A row per network, arm and cut. */
  statistics: ArmStatistics[];
  /** Every cut against each of its controls. */
  controls: ControlStatistics[];
  conclusion: string[];
  /** Path of the HTML report. */
  report: string;
}
