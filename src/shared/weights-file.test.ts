import { describe, expect, it } from 'vitest';
import { parametersOf } from './describe.ts';
import { encodeWeights } from './safetensors.ts';
import { networkOf } from './spec/network.ts';
import type { Weights } from './weights.ts';
import { decodeCheckpoint, decodeNetworkFile, encodeCheckpoint, encodeNetworkFile, type SavedNetwork } from './weights-file.ts';

const input = { height: 12, width: 12, channels: 1, classes: 2 };
const saved: SavedNetwork = { network: networkOf({ types: 2, dim: 2, depth: 1 }), input, classes: ['yes', 'no'] };

function weights(): Weights {
  return new Map(
    parametersOf(saved.network, input).map(({ name, shape }, i) => [
      name,
      { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(i) },
    ]),
  );
}

describe('weights file', () => {
  it('comes back as it was saved', () => {
    const { weights: read, ...rest } = decodeNetworkFile(encodeNetworkFile(saved, weights()), 'w');
    expect(rest).toEqual(saved);
    // Order in the file is not order in the network.
    expect(new Map([...read].sort())).toEqual(new Map([...weights()].sort()));
  });

  it('is refused when it does not hold its own network', () => {
    const without = weights();
    without.delete('classes.weight');
    expect(() => decodeNetworkFile(encodeNetworkFile(saved, without), 'w')).toThrow('w: tensor "classes.weight" is missing');
    const other = weights().set('primary.conv.bias', { shape: [5], data: new Float32Array(5) });
    expect(() => decodeNetworkFile(encodeNetworkFile(saved, other), 'w')).toThrow('"primary.conv.bias" has shape [5], expected [4]');
    const more = weights().set('extra', { shape: [1], data: new Float32Array(1) });
    expect(() => decodeNetworkFile(encodeNetworkFile(saved, more), 'w')).toThrow('w: tensor "extra" is not part of its network');
  });

  it('is refused when its metadata are missing or wrong', () => {
    const file = (metadata: Record<string, string>) => () => decodeNetworkFile(encodeWeights(weights(), metadata), 'w');
    expect(file({})).toThrow('w has no "capscope.spec" in its metadata');
    expect(file({ 'capscope.spec': '{' })).toThrow('"capscope.spec" in its metadata is not JSON');
    expect(file({ 'capscope.spec': '{}' })).toThrow('w: the network in its metadata is not valid: network: ');
    expect(file({ 'capscope.spec': JSON.stringify({ ...saved, classes: ['one'] }) })).toThrow('name 1 classes, but the network has 2');
    const tiny = { ...saved, input: { ...input, height: 2, width: 2 } };
    expect(file({ 'capscope.spec': JSON.stringify(tiny) })).toThrow('w: its network cannot be built: primary: ');
  });
});

describe('checkpoint file', () => {
  it('comes back as it was saved', () => {
    const checkpoint = { tensors: weights(), meta: { format: 1, epoch: 3, step: 7, note: { nested: [1, 0.1] } } };
    const { tensors, meta } = decodeCheckpoint(encodeCheckpoint(checkpoint), 'c');
    expect(meta).toEqual(checkpoint.meta);
    expect(new Map([...tensors].sort())).toEqual(new Map([...checkpoint.tensors].sort()));
  });

  it('is not mistaken for weights, nor weights for it', () => {
    expect(() => decodeNetworkFile(encodeCheckpoint({ tensors: weights(), meta: {} }), 'c')).toThrow('no "capscope.spec"');
    expect(() => decodeCheckpoint(encodeNetworkFile(saved, weights()), 'w')).toThrow('no "capscope.checkpoint"');
  });
});
