/** What the runs of a study have come to, and how `study --json` prints it. */
import type { Finding } from './conclusion/conclusion.ts';
import type { RunRecord } from './results.ts';
import type { ArmStatistics, ControlStatistics, StudyStatistics } from './statistics/statistics.ts';

export interface StudyResults {
  statistics: StudyStatistics;
  conclusion: Finding[];
}

/** What `study --json` prints. */
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
