/** The result in one table, and in a few large figures where one pruned network meets one unpruned one. */
import { bytes, change, count, inactiveShare, percent, points, quantity, signed } from '../../shared/present/format.ts';
import { markup, type Html, type Part } from '../markup.ts';
import { runClass, splitName, type RunView } from '../runs.ts';
import { scatter } from '../charts/scatter.ts';
import { figure } from '../figure.ts';
import { seeds } from './seeds.ts';

/** Capsule types of the intermediate layers that never get longer than the threshold; null before the analysis. */
function dead({ analysis }: RunView): { dead: number; of: number } | null {
  if (!analysis) return null;
  const layers = analysis.dead.filter(({ layer }) => layer.startsWith('capsules.'));
  return layers.reduce((sum, layer) => ({ dead: sum.dead + layer.dead, of: sum.of + layer.of }), { dead: 0, of: 0 });
}

interface Column {
  head: string;
  value: (run: RunView) => Part;
  /** What changed from the unpruned run to the pruned one. */
  difference?: (run: RunView, baseline: RunView) => string;
}

const columns: Column[] = [
  {
    head: 'Parameters',
    value: ({ record }) => count(record.params),
    difference: (run, base) => change(base.record.params, run.record.params),
  },
  {
    head: 'FLOPs / image',
    value: ({ record }) => quantity(record.flops),
    difference: (run, base) => change(base.record.flops, run.record.flops),
  },
  { head: 'Epochs', value: ({ record }) => count(record.epochs) },
  {
    head: 'Test accuracy',
    value: ({ record }) => percent(record.accuracy, 2),
    difference: (run, base) => points(run.record.accuracy - base.record.accuracy, 2),
  },
  {
    head: 'Inactive capsules',
    value: ({ record: { inactive } }) => `${inactive.total} / ${inactive.of} (${percent(inactiveShare(inactive))})`,
    difference: (run, base) =>
      `${signed(run.record.inactive.total - base.record.inactive.total, count)} (${points(inactiveShare(run.record.inactive) - inactiveShare(base.record.inactive))})`,
  },
  { head: 'by layer', value: ({ record }) => record.inactive.perLayer.map((layer) => layer.inactive).join(' · ') },
  {
    head: 'Dead',
    value: (run) => {
      const found = dead(run);
      return found ? `${found.dead} / ${found.of}` : '–';
    },
    difference: (run, base) => {
      const [after, before] = [dead(run), dead(base)];
      return after && before ? signed(after.dead - before.dead, count) : '';
    },
  },
  {
    head: 'Images / s',
    value: ({ record }) => count(record.imagesPerSecond),
    difference: (run, base) => change(base.record.imagesPerSecond, run.record.imagesPerSecond),
  },
  {
    head: 'Weights',
    value: ({ record }) => bytes(record.weightBytes),
    difference: (run, base) => change(base.record.weightBytes, run.record.weightBytes),
  },
];

function rowsOf(run: RunView): Html {
  const { record, baseline } = run;
  const note = record.status === 'finished' ? (record.role === 'source' ? 'before the cut' : null) : record.status;
  const row = markup`<tr class="${runClass(run)}"><th scope="row"><span class="swatch"></span>${record.name}${note && markup` <small>${note}</small>`}</th>${columns.map(
    ({ value }) => markup`<td>${value(run)}</td>`,
  )}</tr>`;
  if (!baseline) return row;
  return markup`${row}<tr class="difference ${runClass(run)}"><th scope="row">difference to ${splitName(baseline.record.name).head}</th>${columns.map(
    ({ difference }) => markup`<td>${difference?.(run, baseline)}</td>`,
  )}</tr>`;
}

/** Four figures that say how the pruned run fared; nothing where there is more than one pair to compare. */
function headline(runs: readonly RunView[]): Html | false {
  const pruned = runs.filter((run) => run.baseline && run.record.status === 'finished');
  const [run] = pruned;
  if (pruned.length !== 1 || !run?.baseline) return false;
  const [after, before] = [run.record, run.baseline.record];
  const tile = (label: string, from: Part, to: Part, difference: string) =>
    markup`<div><dt>${label}</dt><dd><span class="change"><span>${from}</span> <span aria-label="to">→</span> <strong>${to}</strong></span><span class="by">${difference}</span></dd></div>`;
  const [shareBefore, shareAfter] = [inactiveShare(before.inactive), inactiveShare(after.inactive)];
  return markup`<dl class="tiles" aria-label="${before.name} to ${after.name}">${[
    tile('Test accuracy', percent(before.accuracy, 2), percent(after.accuracy, 2), points(after.accuracy - before.accuracy, 2)),
    tile(
      'Inactive capsules',
      percent(shareBefore),
      percent(shareAfter),
      `${before.inactive.total} of ${before.inactive.of} → ${after.inactive.total} of ${after.inactive.of}`,
    ),
    tile('Parameters', quantity(before.params), quantity(after.params), change(before.params, after.params)),
    tile('FLOPs per image', quantity(before.flops), quantity(after.flops), change(before.flops, after.flops)),
  ]}</dl>`;
}

export function summary(runs: readonly RunView[]): Html {
  const compared = runs.filter(({ record }) => record.role !== 'source');
  const tradeOff =
    compared.length > 3 &&
    markup`<div class="figures">${figure(
      scatter({
        id: 'accuracy-and-inactive',
        title: 'Accuracy and inactive capsules',
        note: 'One mark per run; up and to the left is better.',
        x: { label: 'inactive capsules', tick: '%', exact: (v) => percent(v) },
        y: { label: 'test accuracy', tick: '%', exact: (v) => percent(v, 2) },
        points: compared.map((run) => ({ run, x: inactiveShare(run.record.inactive), y: run.record.accuracy })),
      }),
    )}${figure(
      scatter({
        id: 'accuracy-and-parameters',
        title: 'Accuracy and size',
        note: 'One mark per run; up and to the left is better.',
        x: { label: 'parameters', tick: 's', exact: count },
        y: { label: 'test accuracy', tick: '%', exact: (v) => percent(v, 2) },
        points: compared.map((run) => ({ run, x: run.record.params, y: run.record.accuracy })),
      }),
    )}</div>`;
  return markup`<section id="summary"><h2>Result</h2>${headline(runs)}<div class="scroll" role="region" tabindex="0" aria-label="Result of every run"><table class="results"><thead><tr><th scope="col">Run</th>${columns.map(
    ({ head }) => markup`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${runs.map(rowsOf)}</tbody></table></div><p class="note">Inactive capsules: of the intermediate capsule layers, by ${criterionText(runs)}; by layer from the input upwards. Dead: longer than the threshold on no test image. Images per second while training. pp: percentage points.</p>${seeds(runs)}${tradeOff}</section>`;
}

const criteria = {
  'mean-vector': 'length of the mean capsule vector',
  'mean-length': 'mean capsule length',
  'max-length': 'largest capsule length',
  'activation-rate': 'share of images on which the capsule is active',
};

/** How the runs were judged, e.g. "length of the mean capsule vector ≤ 0.01". */
export function criterionText(runs: readonly RunView[]): string {
  const texts = runs.map(({ record: { inactive } }) => `${criteria[inactive.criterion]} ≤ ${inactive.threshold}`);
  return [...new Set(texts)].join('; ');
}
