/** What a report holds: all that its page asks the workbench for where it is read in the window. */
import type { RunDetail } from './contract/index.ts';
import type { RunRecord } from './results.ts';
import type { InputShape } from './spec/network.ts';
import type { StudyResults } from './study-result.ts';

export interface ReportData {
  /** Name of the study, or of the comparison. */
  title: string;
  /** ISO 8601. */
  date: string;
  /** What ran the study, e.g. "wasm (2 threads)". */
  engine: string;
  /** Versions worth knowing to repeat the study, by name: capscope, node, tfjs, … */
  versions: Record<string, string>;
  dataset: { name: string; train: number; test: number; classes: string[]; input: InputShape; fingerprint: string };
  /** The study file after defaults were filled in; null for a comparison of single runs. */
  settings: unknown;
  results: StudyResults;
  /** A line per tested run, sources included. */
  records: RunRecord[];
  /** The same in full, and what they were cut from. */
  runs: RunDetail[];
}

/** Ids of elements of the page: what the data stand in, gzipped and in base64, and what those see who have no scripts. */
export const reportElements = { data: 'data', plain: 'plain' } as const;

/** What the page as it is built has in the places of its title, its data and its text without scripts. */
export const reportPlaces = { title: '%TITLE%', data: '%DATA%', plain: '%PLAIN%' } as const;
