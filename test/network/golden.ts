/** The files of test/goldens/network, which write_network.py makes with PyTorch in float64, and how results are compared with them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { decodeWeights } from '../../src/shared/safetensors.ts';
import { InputShape, NetworkSpec } from '../../src/shared/spec/network.ts';
import type { HostTensor, Weights } from '../../src/shared/weights.ts';

export function readGolden(file: string): { tensors: Weights; metadata: Record<string, string> } {
  const url = new URL(`../goldens/network/${file}`, import.meta.url);
  const { weights, metadata } = decodeWeights(readFileSync(url), file);
  return { tensors: weights, metadata };
}

export interface NetworkGolden {
  spec: NetworkSpec;
  input: InputShape;
  /** Weight of the reconstruction error. */
  reconstruction: number;
  weights: Weights;
  images: HostTensor;
  labels: Int32Array;
  /** Everything else by its name in the file. Throws for a name that the file does not have. */
  tensor: (name: string) => HostTensor;
  /** All tensors whose names start with `prefix`, by the rest of their names. */
  group: (prefix: string) => Weights;
  metadata: Record<string, string>;
}

export function readNetworkGolden(file: string): NetworkGolden {
  const { tensors, metadata } = readGolden(file);
  const tensor = (name: string) => {
    const found = tensors.get(name);
    if (!found) throw new Error(`${file} has no tensor ${name}`);
    return found;
  };
  const group = (prefix: string): Weights =>
    new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length), value]));
  const json = (key: string): unknown => JSON.parse(metadata[key]!);
  return {
    spec: NetworkSpec.parse(json('spec')),
    input: InputShape.parse(json('input')),
    reconstruction: z.number().parse(json('reconstruction')),
    weights: group('weights.'),
    images: tensor('images'),
    labels: Int32Array.from(tensor('labels').data),
    tensor,
    group,
    metadata,
  };
}

/** Largest difference as a share of the largest reference value; not a number when anything is not, or the sizes differ. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return NaN;
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(d)) return NaN;
    difference = Math.max(difference, d);
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference === 0 ? 0 : difference / largest;
}
