/** One image in a network, for people at a terminal. */
import { LEAST, lengthScale } from '../shared/inside/scale.ts';
import { SHORTEST, type LayerLook, type Look, type PathStep } from '../shared/inside/look.ts';
import type { RunStatus } from '../shared/results.ts';
import { layerName } from '../shared/present/layer-name.ts';
import { plain, percent, real } from '../shared/present/format.ts';
import { facts, table } from './table.ts';

export interface LookedAt {
  look: Look;
  run: { id: string; name: string; status: RunStatus };
  /** The network is the run's latest checkpoint. */
  checkpoint: boolean;
  /** "test image 33", or the file's name. */
  image: string;
  /** Names, and which of them the image is; null: not known. */
  classes: readonly string[];
  label: number | null;
}

export function lookText(looked: LookedAt): string {
  const { look } = looked;
  const scales = look.layers.map(lengthScale);
  const path = look.paths.at(-1)!;
  const signalled = path.filter(({ length }, i) => i === 0 || length > LEAST);
  const logarithmic = scales.some(({ log }) => log);
  return [
    facts(factsOf(looked)),
    layerTable(look),
    ...(logarithmic ? ['Lengths of layers marked with log are on a logarithmic scale from 1e-38 to 1: their capsules have vanished.'] : []),
    `Strongest path, by the couplings of the last iteration:\n\n${pathTable(look.layers, signalled, looked.classes)}`,
    ...(signalled.length < path.length ? ['Layers in which its capsules are 0 in single precision are left out.'] : []),
  ].join('\n\n');
}

function factsOf({ look, run, checkpoint, image, classes, label }: LookedAt): [string, string][] {
  const { longest, layers, reconstruction, took } = look;
  const { lengths } = layers.at(-1)!;
  const named = (label: number) => `${classes[label]!} ${real(lengths[label]!, 3)}`;
  const next = [...lengths.keys()].filter((label) => label !== longest[0]).sort((a, b) => lengths[b]! - lengths[a]!);
  const answer =
    longest.length > 1
      ? `cannot be told: ${longest.length} of ${lengths.length} class capsules ${tieText(Math.max(...lengths))}`
      : `${named(longest[0]!)}; next ${next.slice(0, 2).map(named).join(', ')}`;
  return [
    ['run', runText(run, checkpoint)],
    ['image', label === null ? image : `${image}, ${classes[label]!}`],
    ['read as', answer],
    ...(reconstruction ? [['reconstruction', `mean squared error ${real(reconstruction.error)}`] as [string, string]] : []),
    ['took', `${took.toFixed(0)} ms`],
  ];
}

export const runText = ({ id, name, status }: LookedAt['run'], checkpoint: boolean): string =>
  `${id} ${name}${checkpoint ? ` (its latest checkpoint: it is ${status})` : ''}`;

/** The engine has nothing between 0 and the shortest capsule that it can tell from it. */
const tieText = (length: number) =>
  length < SHORTEST
    ? `are 0 in single precision${length > 0 ? `, ${real(length, 3)} at most` : ''}`
    : `are equally long (${real(length, 3)})`;

const BARS = ' ▁▂▃▄▅▆▇█';

/** A mark per capsule type: its longest capsule. */
function marksOf(layer: LayerLook): string {
  const { log, of } = lengthScale(layer);
  const marks = Array.from({ length: layer.types }, (_, type) => BARS[Math.ceil(of(longestOf(layer, type)) * (BARS.length - 1))]!);
  return `${marks.join('')}${log ? '  log' : ''}`;
}

function longestOf({ lengths, types }: LayerLook, type: number): number {
  let longest = 0;
  for (let i = type; i < lengths.length; i += types) longest = Math.max(longest, lengths[i]!);
  return longest;
}

function layerTable({ layers, routing }: Look): string {
  const right = (head: string) => ({ head, align: 'right' as const });
  return table(
    [
      { head: 'layer' },
      right('mean length'),
      right('longest'),
      right('decided, by iteration'),
      right('agreement'),
      { head: 'longest of every type' },
    ],
    layers.map((layer, l) => {
      const route = routing[l - 1];
      return [
        layerName(layer.layer),
        real(layer.lengths.reduce((sum, length) => sum + length, 0) / layer.lengths.length, 3),
        real(
          layer.lengths.reduce((longest, length) => Math.max(longest, length), 0),
          3,
        ),
        route ? [...route.entropy].map((entropy) => plain(percent(Math.max(0, 1 - entropy), 0))).join(' ') : '-',
        route ? real(meanOf(route.agreement.subarray(-route.to)), 2) : '-',
        marksOf(layer),
      ];
    }),
  );
}

const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function pathTable(layers: readonly LayerLook[], path: readonly PathStep[], classes: readonly string[]): string {
  const place = ({ y, x }: Pick<PathStep, 'y' | 'x'>, layer: LayerLook) => (layer.height * layer.width > 1 ? `row ${y}, column ${x}` : '-');
  return table(
    [
      { head: 'layer' },
      { head: 'capsule' },
      { head: 'at' },
      { head: 'length', align: 'right' },
      { head: 'its parent took', align: 'right' },
      { head: 'next' },
    ],
    path.map((step, i) => {
      const layer = layers[step.layer]!;
      return [
        layerName(layer.layer),
        i === 0 ? classes[step.type]! : `type ${step.type}`,
        place(step, layer),
        real(step.length, 3),
        i === 0 ? '-' : plain(percent(step.coupling, 0)),
        step.next ? `type ${step.next.type}, ${plain(percent(step.next.coupling, 0))}` : '-',
      ];
    }),
  );
}
