/** Routing and gradients by layer: whether routing decides, and whether the deeper layers learn. */
import { correlationPicture } from '../charts/correlation.ts';
import { lineChart, type LineChart } from '../charts/lines.ts';
import { figure } from '../figure.ts';
import { real } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';

/** Lines over layers, in the order of the network; runs without a value for a layer have no point there. */
function byLayer(runs: readonly RunView[], values: (run: RunView) => readonly { layer: string; value: number }[]) {
  const known = runs.map((run) => ({ run, values: values(run) })).filter(({ values: found }) => found.length > 0);
  const categories = [...new Set(known.flatMap(({ values: found }) => found.map(({ layer }) => layer)))].sort(byDepth);
  const lines: LineChart['lines'] = known.map(({ run, values: found }) => ({
    run,
    points: found.map(({ layer, value }) => ({ x: categories.indexOf(layer), y: value })),
  }));
  return { x: { label: 'layer', categories }, lines };
}

const kinds = ['backbone', 'primary', 'capsules', 'classes', 'decoder'];

/** Layers from the input upwards: backbone.0, …, primary, capsules.0, …, classes, decoder.0, … */
function byDepth(a: string, b: string): number {
  const place = (layer: string) => {
    const [kind, index] = layer.split('.');
    return 1000 * kinds.indexOf(kind!) + Number(index ?? 0);
  };
  return place(a) - place(b);
}

export function dynamics(runs: readonly RunView[]): Html | false {
  const coupling = (pick: 'entropy' | 'spread') =>
    byLayer(runs, ({ analysis }) => (analysis?.coupling ?? []).map((layer) => ({ layer: layer.layer, value: layer[pick] })));
  const gradients = byLayer(runs, ({ epochs }) => (epochs.at(-1)?.gradients ?? []).map(({ layer, norm }) => ({ layer, value: norm })));
  const correlation = byLayer(runs, ({ analysis }) =>
    (analysis?.correlation ?? []).map((layer) => ({ layer: layer.layer, value: layer.meanAbsolute })),
  );
  const number = { exact: (v: number) => real(v) };
  const charts: LineChart[] = [
    {
      id: 'coupling-entropy',
      title: 'Coupling entropy',
      note: 'How undecided routing is: 1, every parent gets the same; 0, one parent takes all.',
      ...coupling('entropy'),
      y: { label: 'entropy / log(parents)', ...number },
    },
    {
      id: 'coupling-spread',
      title: 'Coupling spread',
      note: 'Standard deviation of the coupling coefficients over the parents.',
      ...coupling('spread'),
      y: { label: 'standard deviation', ...number },
    },
    {
      id: 'gradient-norm',
      title: 'Gradient norm',
      note: 'Of each layer’s weights in the last epoch; logarithmic.',
      ...gradients,
      y: { label: 'L2 norm', exact: (v) => real(v), log: true },
    },
    {
      id: 'channel-correlation',
      title: 'Correlation of feature maps',
      note: 'Mean absolute correlation coefficient between the channels of a layer: what the CCM term raises.',
      ...correlation,
      y: { label: 'mean |r|', ...number, domain: [0, 1] },
    },
  ];
  const drawn = charts.filter(({ lines }) => lines.length > 0);
  if (drawn.length === 0) return false;
  return markup`<section id="dynamics"><h2>Routing and gradients</h2><div class="figures">${drawn.map((chart) => figure(lineChart(chart)))}</div>${correlations(runs)}</section>`;
}

/** Many runs are folded up, so that the page stays short. */
const OPEN = 3;

function correlations(runs: readonly RunView[]): Html | false {
  const known = runs.flatMap((run) => (run.analysis?.correlation.length ? [{ run, layers: run.analysis.correlation }] : []));
  if (known.length === 0) return false;
  const rows = known.map(
    ({ run, layers }) =>
      markup`<details class="fold ${runClass(run)}"${known.length <= OPEN && markup` open`}><summary><span class="swatch"></span>${run.record.name}</summary><div class="correlations">${layers.map(correlationPicture)}</div></details>`,
  );
  return markup`<h3>Correlation of feature maps, channel by channel</h3><p class="note">Red: +1, white: 0, blue: −1.</p>${rows}`;
}
