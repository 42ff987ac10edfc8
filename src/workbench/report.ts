/** The HTML report of stored runs: the built page (src/renderer/report) with its data in it, one file that needs nothing else. */
import { gzipSync } from 'node:zlib';
import type { RunDetail } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { criteria } from '../shared/measures/criteria.ts';
import { armNotes, armRows } from '../shared/present/arm-rows.ts';
import { reportPlaces, type ReportData } from '../shared/report-data.ts';
import type { LayerActivity, LayerCorrelation } from '../shared/results.ts';
import type { StudyResults } from '../shared/study-result.ts';
import { recordOf } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { detailOf } from './details.ts';
import { resultsOf } from './outcomes.ts';
import { inputOf } from './plan.ts';

export interface ReportRequest {
  title: string;
  runs: StoredRun[];
  /** What the report prints as the settings of the study; null for a comparison of single runs. */
  settings: unknown;
}

/** Throws an InputError when the runs are on different data sets. */
export const reportHtml = (store: Store, page: string, request: ReportRequest): Uint8Array => filledPage(page, reportData(store, request));

/** @param page as it is built */
export function filledPage(page: string, full: ReportData): Uint8Array {
  const matrices = full.runs.reduce((sum, { analysis }) => sum + (analysis?.correlation.length ?? 0), 0);
  const data = { ...full, runs: full.runs.map((run) => slim(run, largestSide(matrices))) };
  const content: Record<string, string> = {
    [reportPlaces.title]: escape(data.title),
    [reportPlaces.data]: gzipSync(JSON.stringify(data, rounded), { level: 9 }).toString('base64'),
    [reportPlaces.plain]: plainText(data.title, data.results),
  };
  const html = Object.entries(content).reduce((text, [place, filled]) => text.replaceAll(place, () => filled), page);
  return new TextEncoder().encode(html);
}

export function reportData(store: Store, { title, runs, settings }: ReportRequest): ReportData {
  const stored = store.dataset(runs[0]!.dataset);
  if (runs.some((run) => run.dataset !== stored.fingerprint)) throw new InputError('a report needs runs on the same data set');
  const { name, train, test, classes, fingerprint } = stored;
  const tested = runs.filter(({ id }) => store.results.evaluation(id) !== null);
  const shown = new Set(tested.map(({ id }) => id));
  const parents = new Set(tested.flatMap(({ parent }) => (parent !== null && !shown.has(parent) ? [parent] : [])));
  const details = [...shown, ...parents].map((id) => detailOf(store, id));
  return {
    title,
    date: new Date().toISOString(),
    engine: [...new Set(runs.map(({ engine }) => engine))].filter((one) => one !== null).join(', '),
    // What they were computed on is among the results.
    versions: Object.fromEntries(runs.flatMap(({ versions }) => Object.entries(versions)).filter(([name]) => name !== 'processor')),
    dataset: { name, train, test, classes, fingerprint, input: inputOf(stored) },
    settings,
    results: resultsOf(store, runs),
    records: tested.flatMap((run) => recordOf(store, run) ?? []),
    runs: details,
  };
}

/** Numbers are measured to fewer digits than these, which halve the page. */
const DIGITS = 6;
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;

/** Less what no chart of a report shows: the whole must stay a file that one can mail. */
function slim(run: RunDetail, side: number): RunDetail {
  const { reads } = criteria[run.spec.training.measure.criterion];
  /** Of each layer what capsules are judged by, with the decimals by which they are. */
  const judged = (layer: LayerActivity, digits: number): LayerActivity => ({
    ...{ layer: layer.layer, meanVector: [], meanLength: [], maxLength: [], activationRate: [] },
    [reads]: layer[reads].map((value) => Number(value.toFixed(digits))),
  });
  const last = run.epochs.length - 1;
  return {
    ...run,
    remedies: [],
    epochs: run.epochs.map(({ epoch, train, test, validation, gradients, imagesPerSecond, seconds, peakMemoryBytes }, i) => ({
      ...{ epoch, train, imagesPerSecond, seconds, peakMemoryBytes },
      ...(validation && { validation }),
      test: { ...test, confusion: [], activity: test.activity.map((layer) => judged(layer, 3)) },
      gradients: i === last ? gradients.map(({ layer, norm }) => ({ layer, norm, perType: [] })) : [],
    })),
    evaluation: run.evaluation && { ...run.evaluation, activity: run.evaluation.activity.map((layer) => judged(layer, 4)) },
    analysis: run.analysis && {
      ...run.analysis,
      cut: null,
      correlation: run.analysis.correlation.map((layer) => ({ ...layer, matrix: shrink(layer.matrix, side) })),
    },
  };
}

/** Entries of all correlation matrices of a report together, and the sides that one of them has at least and at most. */
const MOST_ENTRIES = 250_000;
const [SMALLEST, LARGEST] = [8, 96];
const largestSide = (matrices: number): number =>
  Math.max(SMALLEST, Math.min(LARGEST, Math.floor(Math.sqrt(MOST_ENTRIES / Math.max(1, matrices)))));

/** Mean over blocks of channels, so that no side is longer. */
export function shrink(matrix: LayerCorrelation['matrix'], side: number): number[][] {
  const block = Math.ceil(matrix.length / side);
  const size = Math.ceil(matrix.length / block);
  return Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_, c) => {
      const values = matrix.slice(r * block, (r + 1) * block).flatMap((row) => row.slice(c * block, (c + 1) * block));
      return Number((values.reduce((sum, v) => sum + v, 0) / values.length).toFixed(2));
    }),
  );
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);

/** The conclusion and the numbers behind it, for who reads the page without scripts. */
function plainText(title: string, { conclusion, statistics }: StudyResults): string {
  const row = (cells: string[]) => `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  const bodies = armRows(statistics.arms).flatMap(({ network, rows }) =>
    rows.map(({ name, n, accuracy, inactive, collapsed, difference, p }) =>
      row([network, name, n, accuracy, inactive, collapsed, difference, p]),
    ),
  );
  const heads = row(['network', 'arm', 'seeds', 'test accuracy', 'inactive', 'collapsed', 'against its twin', 'p']);
  const sentences = conclusion.map(({ text }) => `<li>${escape(text)}</li>`).join('');
  return `<h1>${escape(title)}</h1><ul>${sentences}</ul><table>${heads}${bodies.join('')}</table><p>${escape(armNotes.join(' '))}</p>`;
}
