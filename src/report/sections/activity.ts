/** Which capsules are active, layer by layer. */
import { isCounted, isInactive } from '../../shared/inactive.ts';
import { criteria } from '../../shared/measures/criteria.ts';
import { heatMap, type HeatPanel } from '../charts/heatmap.ts';
import { lineChart } from '../charts/lines.ts';
import { figure, type Figure } from '../figure.ts';
import { activation, percent, portion } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';
import { inactiveOverEpochs } from './curves.ts';
import { rulesText } from './summary.ts';

function panel(run: RunView): HeatPanel[] {
  if (!run.evaluation) return [];
  const { criterion, threshold, total, of } = run.record.inactive;
  const rows = run.evaluation.activity.map((layer) => {
    const activations = layer[criteria[criterion].reads];
    return {
      layer: layer.layer,
      values: activations,
      inactive: activations.map((value) => isCounted(layer.layer) && isInactive(value, threshold)),
    };
  });
  return [{ run, summary: `${portion({ total, of })} inactive`, rows }];
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
        { text: activation(value), value, run: runClass(run) },
        { text: isCounted(layer.layer) ? (layer.inactive[type] ? 'inactive' : 'active') : 'not counted', run: runClass(run) },
      ]),
    ),
  );
  return {
    id: 'activation',
    title,
    note: `One square per capsule type, from the primary capsules upwards; all runs on one colour scale (stretched towards zero by a square root). Crossed out: ${rulesText(runs)}. The primary capsules are not counted.`,
    graphic: heatMap(title, panels, threshold, criteria[criterion].unit),
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
