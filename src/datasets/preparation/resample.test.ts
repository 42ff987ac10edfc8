import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../shared/safetensors.ts';
import { ImageMaker } from './image.ts';
import { Resampler } from './resample.ts';

const golden = decodeSafetensors(readFileSync(new URL('../../../test/goldens/resampling.safetensors', import.meta.url)), 'golden').tensors;
const cases = [...golden.keys()].filter((name) => name.endsWith(' from')).map((name) => name.slice(0, -' from'.length));

const bytes = (name: string) => {
  const tensor = golden.get(name)!;
  const [height = 0, width = 0, channels = 0] = tensor.shape;
  return { shape: { height, width, channels }, pixels: tensor.data as Uint8Array };
};

describe('next to Pillow', () => {
  it('has cases', () => expect(cases).toHaveLength(16));
  it.each(cases)('resizes to the last bit: %s', (name) => {
    const from = bytes(`${name} from`);
    const to = bytes(`${name} to`);
    const [top = 0, left = 0, bottom = 0, right = 0] = golden.get(`${name} box`)!.data as Float64Array;
    expect(new Resampler(from.shape, to.shape, { top, left, bottom, right }).resize(from.pixels)).toEqual(to.pixels);
  });
  it.each(cases)('makes grey of colour: %s', (name) => {
    const from = bytes(`${name} from`);
    const maker = new ImageMaker({ ...from.shape, fit: 'centre', colour: 'grey', background: 'black' });
    expect(maker.make({ ...from.shape, pixels: from.pixels })).toEqual(bytes(`${name} grey`).pixels);
  });
});

it('reuses its filters', () => {
  const from = bytes('smaller RGB from');
  const resampler = new Resampler(from.shape, { height: 9, width: 16 }, { top: 0, left: 0, bottom: 37, right: 53 });
  resampler.resize(new Uint8Array(from.pixels.length).fill(255));
  expect(resampler.resize(from.pixels)).toEqual(bytes('smaller RGB to').pixels);
});
