/** Which capsules are active, layer by layer. */
import { isInactive } from '../../shared/inactive.ts';
import type { LayerActivity } from '../../shared/results.ts';
import type { InactivityCriterion } from '../../shared/spec/training.ts';
import { heatMap, type HeatPanel } from '../charts/heatmap.ts';
import { lineChart } from '../charts/lines.ts';
import { figure, type Figure } from '../figure.ts';
import { percent, real } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';
import { inactiveOverEpochs } from './curves.ts';
import { criterionText } from './summary.ts';

const units: Record<InactivityCriterion, string> = {
  'mean-vector': 'length of the mean vector',
  'mean-length': 'mean length',
  'max-length': 'largest length',
  'activation-rate': 'share of images',
};

function values(layer: LayerActivity, criterion: InactivityCriterion): number[] {
  return {
    'mean-vector': layer.meanVector,
    'mean-length': layer.meanLength,
    'max-length': layer.maxLength,
    'activation-rate': layer.activationRate,
  }[criterion];
}

function panel(run: RunView): HeatPanel[] {
  if (!run.evaluation) return [];
  const { criterion, threshold, total, of } = run.record.inactive;
  const rows = run.evaluation.activity.map((layer) => {
    const activations = values(layer, criterion);
    return { layer: layer.layer, values: activations, inactive: activations.map((value) => isInactive(value, threshold)) };
  });
  return [{ run, summary: `${total} of ${of} inactive`, rows }];
}

function activations(runs: readonly RunView[], panels: readonly HeatPanel[]): Figure {
  const { threshold, criterion } = runs[0]!.record.inactive;
  const title = 'Activation of every capsule type';
  const rows = panels.flatMap(({ run, rows: layers }) =>
    layers.flatMap((layer) =>
      layer.values.map((value, type) => [
        { text: run.record.name, run: runClass(run) },
        { text: layer.layer, run: runClass(run) },
        { text: type, run: runClass(run) },
        { text: real(value, 4), value, run: runClass(run) },
        { text: layer.inactive[type] ? 'inactive' : 'active', run: runClass(run) },
      ]),
    ),
  );
  return {
    id: 'activation',
    title,
    note: `One square per capsule type, from the primary capsules upwards; all runs on one colour scale (stretched towards zero by a square root). Crossed out: ${criterionText(runs)}. The primary capsules are not counted.`,
    graphic: heatMap(title, panels, threshold, units[criterion]),
    table: { head: ['run', 'layer', 'type', 'activation', 'state'].map((text) => ({ text })), rows },
    wide: true,
  };
}

/** Inactive share of each intermediate layer at the end: where along the depth capsules vanish. */
function inactiveByLayer(runs: readonly RunView[]): Figure {
  const categories = [...new Set(runs.flatMap(({ record }) => record.inactive.perLayer.map(({ layer }) => layer)))];
  return lineChart({
    id: 'inactive-by-layer',
    title: 'Inactive capsules by layer',
    note: 'At the end of each run; layers from the input upwards.',
    x: { label: 'layer', categories },
    y: { label: 'inactive', tick: '%', exact: (v) => percent(v), domain: [0, 1] },
    lines: runs.map((run) => ({
      run,
      points: run.record.inactive.perLayer.map(({ layer, inactive, of }) => ({ x: categories.indexOf(layer), y: inactive / of })),
    })),
  });
}

export function activity(runs: readonly RunView[]): Html | false {
  const panels = runs.flatMap(panel);
  if (panels.length === 0) return false;
  return markup`<section id="activity"><h2>Active and inactive capsules</h2><div class="figures">${figure(activations(runs, panels))}${inactiveOverEpochs(runs)}${figure(inactiveByLayer(runs))}</div></section>`;
}
