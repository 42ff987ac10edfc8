/** Names of data sets beside each other: what tells two of the same name apart stands behind it. */
import type { DatasetSummary } from '../../shared/contract/index.ts';
import { count } from '../../shared/present/format.ts';

type Named = Pick<DatasetSummary, 'fingerprint' | 'name' | 'format' | 'source' | 'input' | 'train' | 'test'> & {
  classes: readonly string[];
};

/** By fingerprint. */
export function datasetNames(datasets: readonly Named[]): Map<string, string> {
  const names = new Map(datasets.map(({ fingerprint, name }) => [fingerprint, name]));
  // What says most comes first; each is asked only of those that are still alike.
  for (const of of [formatOf, sizeOf, countOf, numberOf]) {
    for (const alike of Map.groupBy(datasets, ({ fingerprint }) => names.get(fingerprint)!).values()) {
      const differ = new Set(alike.map((one) => of(one, datasets))).size > 1;
      if (differ) for (const one of alike) names.set(one.fingerprint, `${names.get(one.fingerprint)!}, ${of(one, datasets)}`);
    }
  }
  return names;
}

const formatOf = ({ format }: Named): string => format ?? 'of an unknown format';
const sizeOf = ({ input: { height, width, channels } }: Named): string => `${height}×${width}${channels === 1 ? ' grey' : ''}`;
const countOf = ({ train, test }: Named): string => `${count(train)} + ${count(test)} images`;
/** Nothing that people would know differs. */
const numberOf = (one: Named, all: readonly Named[]): string => `no. ${all.indexOf(one) + 1}`;

/** All that tells it from others, for a tooltip. */
export function datasetTip({ source, format, input, classes, train, test }: Named): string {
  const { height, width } = input;
  return [source, format, `${count(train)} to train, ${count(test)} to test`, `${height}×${width}, ${count(classes.length)} classes`]
    .filter((part) => part !== null)
    .join(' · ');
}
