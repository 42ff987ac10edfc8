/** Editing a network's spec: by the paper's three numbers or layer by layer, with what is wrong said at the field. */
import { describe, NetworkSpecError, type LayerDescription, type NetworkDescription } from '../../shared/describe.ts';
import { fieldIssues } from '../../shared/issues.ts';
import { NetworkSpec, type InputShape, type IntermediateCapsules } from '../../shared/spec/network.ts';

/** "14×14×48" of a map, "6×6, 16 capsules of 12" of a capsule layer, "10 capsules of 16" without positions. */
export function printShape({ kind, output }: Pick<LayerDescription, 'kind' | 'output'>): string {
  if (kind === 'conv' || kind === 'dense') return output.join('×');
  const [dim = 0, types = 0, ...map] = [...output].reverse();
  const positions = map.reverse();
  const capsules = `${types} × ${dim}D`;
  return positions.every((size) => size === 1) ? capsules : `${positions.join('×')}, ${capsules}`;
}

export type Judged =
  | { ok: true; network: NetworkDescription; problems: ReadonlyMap<string, string> }
  | { ok: false; network: null; problems: ReadonlyMap<string, string> };

/** Describes the network, or says what is wrong: a sentence by the path of the field that is best changed, e.g. "backbone.0.kernel". */
export function judge(spec: NetworkSpec, input: InputShape): Judged {
  const parsed = NetworkSpec.safeParse(spec);
  if (!parsed.success) {
    return { ok: false, network: null, problems: fieldIssues(parsed.error) };
  }
  try {
    return { ok: true, network: describe(parsed.data, input), problems: new Map() };
  } catch (error) {
    if (!(error instanceof NetworkSpecError)) throw error;
    const reason = error.message.slice(error.layer.length + 2);
    const ofLayer = `${specPath(error.layer)}.${reason.startsWith('padding') ? 'padding' : 'kernel'}`;
    const field = error.layer === 'residual' ? error.layer : ofLayer;
    return { ok: false, network: null, problems: new Map([[field, reason.charAt(0).toUpperCase() + reason.slice(1)]]) };
  }
}

/** Path of a layer in the spec: "capsules.1" is "intermediate.1". */
export const specPath = (layer: string): string => layer.replace(/^capsules\./, 'intermediate.');

/** Layer that a path of the spec leads to: "intermediate.1.kernel" is of "capsules.1". */
export function layerAt(path: string): string {
  const [part = '', index = ''] = path.split('.');
  const numbered = part === 'backbone' || part === 'intermediate';
  return numbered && index !== '' ? `${part === 'intermediate' ? 'capsules' : part}.${index}` : part;
}

/** Problem of a field, or null. */
export function problemAt(problems: ReadonlyMap<string, string>, layer: string, field: string): string | null {
  return problems.get(`${specPath(layer)}.${field}`) ?? null;
}

/** Whether this layer, or one of its fields, is to blame. */
export function problemOf(problems: ReadonlyMap<string, string>, layer: string): string | null {
  const path = specPath(layer);
  for (const [at, sentence] of problems) if (at === path || at.startsWith(`${path}.`)) return sentence;
  return null;
}

/** N, D and L of the network, as far as it is one of the paper's family. */
export function familyOf({ primary, intermediate }: NetworkSpec): { types: number; dim: number; depth: number } {
  return { types: primary.types, dim: primary.dim, depth: intermediate.length };
}

/**
 * The network with other N, D or L: primary and intermediate layers follow, and a backbone of the paper's shape
 * (ND/4, ND/2, ND channels) keeps that shape.
 */
export function withFamily(spec: NetworkSpec, change: Partial<{ types: number; dim: number; depth: number }>): NetworkSpec {
  const before = familyOf(spec);
  const { types, dim, depth } = { ...before, ...change };
  const size = before.types * before.dim;
  const ofPaper = spec.backbone.length === 3 && spec.backbone.every(({ channels }, i) => channels === size / [4, 2, 1][i]!);
  const backbone = spec.backbone.map((block, i) =>
    ofPaper ? { ...block, channels: Math.max(1, Math.round((types * dim) / [4, 2, 1][i]!)) } : block,
  );
  const fresh: IntermediateCapsules = spec.intermediate.at(-1) ?? {
    kind: 'conv',
    types,
    dim,
    kernel: 3,
    stride: 1,
    padding: 1,
    iterations: spec.classes.iterations,
  };
  const intermediate = Array.from({ length: depth }, (_, l) => {
    const layer = spec.intermediate[l] ?? fresh;
    return {
      ...layer,
      types: change.types === undefined && spec.intermediate[l] ? layer.types : types,
      dim: change.dim === undefined && spec.intermediate[l] ? layer.dim : dim,
    };
  });
  return { ...spec, backbone, primary: { ...spec.primary, types, dim }, intermediate };
}

/** The network with as many routing iterations in every layer with routing. */
export const withIterations = (spec: NetworkSpec, iterations: number): NetworkSpec => ({
  ...spec,
  intermediate: spec.intermediate.map((layer) => ({ ...layer, iterations })),
  classes: { ...spec.classes, iterations },
});

/** One block of the diagram. */
export interface Block {
  layer: string;
  name: string;
  kind: LayerDescription['kind'] | 'input' | 'decoder';
  /** Null when the network cannot be built. */
  shape: string | null;
  params: number | null;
}

/** Blocks from the image to the classes, and the decoder as one. */
export function blocksOf(spec: NetworkSpec, input: InputShape, description: NetworkDescription | null): Block[] {
  const described = new Map(description?.layers.map((layer) => [layer.name, layer]));
  const block = (layer: string, name: string, kind: Block['kind']): Block => {
    const found = described.get(layer);
    return { layer, name, kind, shape: found ? printShape(found) : null, params: found?.params ?? null };
  };
  const dense = description?.layers.filter(({ kind }) => kind === 'dense');
  return [
    { layer: 'input', name: 'Image', kind: 'input', shape: `${input.height}×${input.width}×${input.channels}`, params: null },
    ...spec.backbone.map((_, i) => block(`backbone.${i}`, `Backbone ${i + 1}`, 'conv')),
    block('primary', 'Primary', 'primary'),
    ...spec.intermediate.map(({ kind }, l) =>
      block(`capsules.${l}`, `Capsules ${l + 1}`, kind === 'conv' ? 'conv-capsules' : 'full-capsules'),
    ),
    block('classes', 'Classes', 'class-capsules'),
    ...(spec.decoder
      ? [
          {
            layer: 'decoder',
            name: 'Decoder',
            kind: 'decoder' as const,
            shape: [...spec.decoder.hidden, input.height * input.width * input.channels].join(' → '),
            params: dense ? dense.reduce((sum, { params }) => sum + params, 0) : null,
          },
        ]
      : []),
  ];
}
