/** Forecasts as the terminal shows them. */
import type { LayerForecast, NetworkForecast } from '../shared/forecast/forecast.ts';
import { forecastSentence, gainRange, length, verdictGlyphs } from '../shared/forecast/words.ts';
import { layerName } from '../shared/present/layer-name.ts';
import { table } from './table.ts';

/** What becomes of a network by one pruning setting; null where capsule layers inherit trained weights, which no forecast is about. */
export interface CutForecast {
  name: string;
  after: NetworkForecast | null;
}

export function describeForecast(name: string, found: NetworkForecast, cuts: CutForecast[]): string {
  const parts = [`${verdictGlyphs[found.verdict]} ${name}: ${found.verdict}. ${forecastSentence(found)}`, profile(found)];
  if (cuts.length > 0) parts.push(cutTable(found, cuts));
  return parts.join('\n\n');
}

type Row = Pick<LayerForecast, 'layer' | 'closedForm' | 'probe'> & {
  gain: number | null;
  criticalGain: number | null;
};

/** A row per layer, with its length as a bar. What is not known of any layer has no column. */
function profile({ primary, layers }: NetworkForecast): string {
  const rows: Row[] = [{ layer: 'primary', gain: null, criticalGain: null, ...primary }, ...layers];
  const columns = [
    { head: 'layer', cell: ({ layer }: Row) => layerName(layer) },
    { head: 'gain', align: 'right' as const, cell: ({ gain }: Row) => gain?.toFixed(2) ?? '' },
    { head: 'critical', align: 'right' as const, cell: ({ criticalGain }: Row) => criticalGain?.toFixed(2) ?? '' },
    ...(layers.some(({ closedForm }) => closedForm !== null)
      ? [{ head: 'by law', align: 'right' as const, cell: ({ closedForm }: Row) => (closedForm === null ? '' : length(closedForm)) }]
      : []),
    ...(layers.some(({ probe }) => probe !== null)
      ? [{ head: 'length', align: 'right' as const, cell: ({ probe }: Row) => lengths(probe) }]
      : []),
    { head: '', cell: ({ probe, closedForm }: Row) => bar(probe?.mean ?? closedForm ?? 0) },
  ];
  return table(
    columns,
    rows.map((row) => columns.map(({ cell }) => cell(row))),
  );
}

function lengths(probe: LayerForecast['probe']): string {
  if (!probe) return '';
  return probe.mean < 0.001 ? length(probe.mean) : `${length(probe.mean)} ± ${probe.sd.toFixed(3)}`;
}

const BAR_WIDTH = 24;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Of a length in [0, 1]. */
function bar(value: number): string {
  const filled = Math.round(value * BAR_WIDTH * 8);
  return '█'.repeat(Math.floor(filled / 8)) + eighths[filled % 8]!;
}

function cutTable(before: NetworkForecast, cuts: CutForecast[]): string {
  const verdict = (found: NetworkForecast) => `${verdictGlyphs[found.verdict]} ${found.verdict}`;
  return table(
    [{ head: 'cut' }, { head: 'gain' }, { head: 'forecast before' }, { head: 'after' }],
    cuts.map(({ name, after }) => [
      name,
      after ? `${gains(before)} → ${gains(after)}` : gains(before),
      verdict(before),
      after ? verdict(after) : 'inherits trained weights: no forecast',
    ]),
  );
}

function gains(found: NetworkForecast): string {
  const range = gainRange(found)?.map((gain) => gain.toFixed(2));
  if (!range) return '-';
  return range[0] === range[1] ? range[0]! : range.join(' to ');
}
