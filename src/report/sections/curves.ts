/** What happened from epoch to epoch. */
import type { EpochMetrics } from '../../shared/results.ts';
import { countInactive } from '../../shared/inactive.ts';
import { lineChart, type LineChart } from '../charts/lines.ts';
import type { Axis } from '../charts/plot.ts';
import { figure } from '../figure.ts';
import { inactiveShare, percent, real } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import type { RunView } from '../runs.ts';

const accuracy: Axis = { label: 'accuracy', tick: '%', exact: (v) => percent(v, 2) };
const loss: Axis = { label: 'loss', exact: (v) => real(v) };

const overEpochs = (runs: readonly RunView[], value: (epoch: EpochMetrics, run: RunView) => number): LineChart['lines'] =>
  runs.map((run) => ({ run, points: run.epochs.map((epoch) => ({ x: epoch.epoch, y: value(epoch, run) })) }));

/** The same axis for training and test, so that the two charts can be read against each other. */
function shared(axis: Axis, ...charts: LineChart['lines'][]): Axis {
  const values = charts.flatMap((lines) => lines.flatMap(({ points }) => points.map(({ y }) => y))).filter(Number.isFinite);
  if (values.length === 0) return axis;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.04 * (high - low || Math.abs(high) || 1);
  return { ...axis, domain: [Math.max(0, low - room), axis === accuracy ? Math.min(1, high + room) : high + room] };
}

export function curves(runs: readonly RunView[]): Html {
  if (runs.every(({ epochs }) => epochs.length === 0))
    return markup`<section id="curves"><h2>Training</h2><p>No epoch was completed.</p></section>`;
  const x = { label: 'epoch' };
  const [testAccuracy, trainAccuracy] = [overEpochs(runs, (e) => e.test.accuracy), overEpochs(runs, (e) => e.train.accuracy)];
  const [testLoss, trainLoss] = [overEpochs(runs, (e) => e.test.margin), overEpochs(runs, (e) => e.train.margin)];
  const [accuracyAxis, lossAxis] = [shared(accuracy, testAccuracy, trainAccuracy), shared(loss, testLoss, trainLoss)];
  const charts: LineChart[] = [
    { id: 'test-accuracy', title: 'Accuracy on test images', x, y: accuracyAxis, lines: testAccuracy },
    {
      id: 'training-accuracy',
      title: 'Accuracy on training images',
      note: 'While training, shifts included.',
      x,
      y: accuracyAxis,
      lines: trainAccuracy,
    },
    { id: 'test-loss', title: 'Margin loss on test images', x, y: { ...lossAxis, label: 'margin loss' }, lines: testLoss },
    {
      id: 'training-loss',
      title: 'Margin loss on training images',
      note: 'While training; without the reconstruction and CCM terms.',
      x,
      y: { ...lossAxis, label: 'margin loss' },
      lines: trainLoss,
    },
  ];
  return markup`<section id="curves"><h2>Training</h2><p class="note">A pruned network goes on at the epoch at which its source was cut, so equal epochs have seen equally much data.</p><div class="figures">${charts.map((chart) => figure(lineChart(chart)))}</div></section>`;
}

/** Share of inactive capsules after each epoch, counted by each run's own criterion and threshold. */
export function inactiveOverEpochs(runs: readonly RunView[]): Html {
  const lines = overEpochs(runs, (epoch, { record: { inactive } }) =>
    inactiveShare(countInactive(epoch.test.activity, inactive.criterion, inactive.threshold)),
  );
  return figure(
    lineChart({
      id: 'inactive-over-epochs',
      title: 'Inactive capsules over epochs',
      note: 'Share of all intermediate capsules, because a pruned network has fewer of them.',
      x: { label: 'epoch' },
      y: { label: 'inactive', tick: '%', exact: (v) => percent(v), domain: [0, 1] },
      lines,
    }),
  );
}
