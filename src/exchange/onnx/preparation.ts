/**
 * What is made of images before a network sees them, as operators of ONNX: exactly what the workbench makes of them, byte for
 * byte, because colours and sizes are computed in whole numbers there as well.
 */
import { targetOf, unfit } from '../../datasets/preparation/for-network.ts';
import { backgrounds, fittingOf, greyOf, offset } from '../../datasets/preparation/image.ts';
import { axis, HALF, PRECISION, type Size } from '../../datasets/preparation/resample.ts';
import type { ImageShape } from '../../datasets/raw.ts';
import { InputError } from '../../shared/input-error.ts';
import type { SavedNetwork } from '../../shared/weights-file.ts';
import type { Graph, Value } from './graph.ts';

/** Bytes (B, height, width, channels) of this shape → whole numbers in the shape that the network needs. */
export function addPreparation(graph: Graph, saved: SavedNetwork, from: ImageShape, bytes: Value): Value {
  const problem = unfit(from, saved);
  if (problem !== null) throw new InputError(`images of ${from.height} × ${from.width} pixels cannot be prepared: ${problem}`);
  const target = targetOf(saved);
  const { channels } = saved.input;
  return graph.within('preparation', () => {
    let image = graph.add('Cast', [bytes], { to: 6 });
    let own = from.channels;
    if (own === 3 && channels === 1) {
      const weighed = graph.add('MatMul', [image, graph.tensor('preparation/grey', [3, 1], Int32Array.from(greyOf.weights))]);
      image = shifted(graph, weighed, greyOf.half, greyOf.bits);
      own = 1;
    }
    if (from.height !== target.height || from.width !== target.width) {
      const { box, inner } = fittingOf(from, target);
      if (box) {
        // Columns first, then rows.
        const columns = matrix(graph, 'columns', from.width, axis(from.width, box.left, box.right, inner.width));
        const rows = matrix(graph, 'rows', from.height, axis(from.height, box.top, box.bottom, inner.height));
        image = resized(graph, graph.add('Transpose', [image], { perm: [0, 1, 3, 2] }), columns);
        image = resized(graph, graph.add('Transpose', [image], { perm: [0, 2, 3, 1] }), rows);
        image = graph.add('Transpose', [image], { perm: [0, 3, 2, 1] });
      }
      image = placed(graph, image, inner, target, backgrounds[target.background]);
    }
    return own === 1 && channels === 3 ? graph.add('Concat', [image, image, image], { axis: 3 }) : image;
  });
}

/** (value + half) / 2^bits, rounded down. */
const shifted = (graph: Graph, value: Value, half: number, bits: number): Value =>
  graph.add('Div', [graph.add('Add', [value, graph.integer(half, 'int32')]), graph.integer(2 ** bits, 'int32')]);

/** Along the last axis. */
const resized = (graph: Graph, image: Value, weights: Value): Value =>
  graph.add('Min', [shifted(graph, graph.add('MatMul', [image, weights]), HALF, PRECISION), graph.integer(255, 'int32')]);

/** The weights of every pixel of an axis in each of the new one, (length, size). */
function matrix(graph: Graph, name: string, length: number, { size, first, count, weights, widest }: ReturnType<typeof axis>): Value {
  const values = new Int32Array(length * size);
  for (let out = 0; out < size; out++)
    for (let i = 0; i < count[out]!; i++) values[(first[out]! + i) * size + out] = weights[out * widest + i]!;
  return graph.tensor(`preparation/${name}`, [length, size], values);
}

/** The image in the middle of another size: cut off where it is larger, padded where it is smaller. */
function placed(graph: Graph, image: Value, from: Size, to: Size, background: number): Value {
  const [top, left] = [offset(from.height, to.height), offset(from.width, to.width)];
  let result = image;
  if (top < 0 || left < 0) {
    const [y, x] = [Math.max(0, -top), Math.max(0, -left)];
    const ends = [y + Math.min(from.height, to.height), x + Math.min(from.width, to.width)];
    result = graph.add('Slice', [result, graph.integers([y, x]), graph.integers(ends), graph.integers([1, 2])]);
  }
  if (top > 0 || left > 0 || from.height < to.height || from.width < to.width) {
    const [above, before] = [Math.max(0, top), Math.max(0, left)];
    const below = to.height - above - Math.min(from.height, to.height);
    const after = to.width - before - Math.min(from.width, to.width);
    const pads = graph.integers([0, above, before, 0, 0, below, after, 0]);
    result = graph.add('Pad', [result, pads, graph.integer(background, 'int32')]);
  }
  return result;
}
