/** The part of the image that a capsule can depend on. */
import { describe } from '../describe.ts';
import type { InputShape, NetworkSpec } from '../spec/network.ts';

/** In pixels; cut at the border of the image. */
export interface Field {
  top: number;
  left: number;
  height: number;
  width: number;
}

interface Axis {
  /** Of the capsule in row or column 0, padding included; it moves by `step` from one to the next. */
  start: number;
  size: number;
  step: number;
}

/** By layer, "primary" to "classes": the field of the capsules at (y, x). */
export function receptiveFields(network: NetworkSpec, input: InputShape): (layer: string, y: number, x: number) => Field {
  const { layers } = describe(network, input);
  const fields = new Map<string, { rows: Axis; columns: Axis }>();
  let rows: Axis = { start: 0, size: 1, step: 1 };
  let columns = rows;
  const widen = (axis: Axis, kernel: number, stride: number, padding: number): Axis => ({
    start: axis.start - padding * axis.step,
    size: axis.size + (kernel - 1) * axis.step,
    step: axis.step * stride,
  });
  for (const { kernel, stride, padding } of [...network.backbone, network.primary]) {
    rows = widen(rows, kernel, stride, padding);
    columns = widen(columns, kernel, stride, padding);
  }
  fields.set('primary', { rows, columns });
  for (const { name, routing } of layers) {
    if (!routing) continue;
    rows = widen(rows, routing.kernelHeight, routing.stride, routing.padding);
    columns = widen(columns, routing.kernelWidth, routing.stride, routing.padding);
    fields.set(name, { rows, columns });
  }
  return (layer, y, x) => {
    const field = fields.get(layer)!;
    const [top, height] = span(field.rows, y, input.height);
    const [left, width] = span(field.columns, x, input.width);
    return { top, left, height, width };
  };
}

function span({ start, size, step }: Axis, index: number, length: number): [from: number, pixels: number] {
  const from = Math.max(0, start + index * step);
  return [from, Math.min(length, start + index * step + size) - from];
}
