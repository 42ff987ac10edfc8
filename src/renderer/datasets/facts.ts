/** What a card says of a data set. */
import type { DatasetSummary } from '../../shared/contract/index.ts';
import { bytes, count, percent } from '../../shared/present/format.ts';
import { moment } from '../../shared/present/time.ts';
import { fieldAt } from '../../shared/spec/fields.ts';
import { PreparationSpec } from '../../shared/spec/preparation.ts';

const colours: Partial<Record<number, string>> = { 1: 'grey', 3: 'RGB' };

function preparedAs({ size, fit, colour, classes, limits, standardise }: PreparationSpec): string {
  const called = fieldAt(PreparationSpec, 'fit').choices.find(({ value }) => value === fit)!.label;
  const parts = [
    size ? `${size.height}×${size.width}, ${called}` : '',
    colour === 'own' ? '' : colour,
    classes ? `${classes.length} classes` : '',
    Object.values(limits).some((limit) => limit !== null) ? 'limited' : '',
    standardise ? 'standardised' : '',
  ];
  return parts.filter(Boolean).join(', ') || 'as in the files';
}

/** @param runs on it. */
export function factsOf(dataset: DatasetSummary, runs: number): [string, string][] {
  const { train, test, classes, input, preparation, available } = dataset;
  const known: [string, string][] = [
    ['Training images', count(train)],
    ['Test images', `${count(test)} (${percent(test / Math.max(1, train + test), 0)})`],
    ['Classes', count(classes.length)],
    ['Image', `${input.height}×${input.width}, ${colours[input.channels] ?? `${input.channels} channels`}`],
  ];
  if (!available) return [...known, ['Prepared', 'known with the images only'], ['Runs', count(runs)]];
  const { split } = preparation;
  return [
    ...known,
    ['Split', split.kind === 'own' ? 'as the data say' : `${percent(split.test, 0)} for testing, seed ${split.seed}`],
    ['Prepared', preparedAs(preparation)],
    ['Format', dataset.format ?? '–'],
    ...(dataset.leftOut > 0 ? [['Left out', `${count(dataset.leftOut)} unreadable`] as [string, string]] : []),
    ['Stored', dataset.bytes > 0 ? bytes(dataset.bytes) : '–'],
    ['Runs', count(runs)],
    ['Opened', dataset.bundled ? 'comes with Capscope' : dataset.opened ? moment(dataset.opened) : '–'],
  ];
}
