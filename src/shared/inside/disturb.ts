/** Test images that are moved, turned, scaled, sheared, noised or laid on one another. What moves in from outside is black. */
import type { Split } from '../dataset.ts';
import { randomStream } from '../random.ts';
import type { InputShape } from '../spec/network.ts';
import type { Disturbance } from './robustness.ts';

type Shape = Omit<InputShape, 'classes'>;

/** Of an image and its index; what is random of it follows from the index, so that every network sees the same. */
export interface Disturbed {
  pixels: Uint8Array;
  /** One, or two where another image lies on it. */
  labels: number[];
}

const SEED = 1;

export function disturb(split: Split, index: number, shape: Shape, kind: Disturbance, value: number): Disturbed {
  const size = shape.height * shape.width * shape.channels;
  const image = (i: number) => split.images.subarray(i * size, (i + 1) * size);
  const label = split.labels[index]!;
  if (kind === 'overlay') {
    const other = partnerOf(split, index);
    const angle = angleOf(index);
    const own = transformed(image(index), shape, moved(value / 2, angle));
    const others = transformed(image(other), shape, moved(-value / 2, angle));
    return { pixels: own.map((byte, i) => Math.max(byte, others[i]!)), labels: [label, split.labels[other]!] };
  }
  if (kind === 'noise') return { pixels: noised(image(index), index, value), labels: [label] };
  return { pixels: transformed(image(index), shape, originOf(kind, value, index)), labels: [label] };
}

/** From a place in the new image, seen from the middle, to that in the old one. */
type Origin = (y: number, x: number) => [y: number, x: number];

function originOf(kind: Exclude<Disturbance, 'noise' | 'overlay'>, value: number, index: number): Origin {
  if (kind === 'move') return moved(value, angleOf(index));
  if (kind === 'scale') return (y, x) => [y / value, x / value];
  if (kind === 'shear') return (y, x) => [y, x + value * y];
  const angle = (value / 180) * Math.PI;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return (y, x) => [y * cos - x * sin, x * cos + y * sin];
}

function moved(by: number, angle: number): Origin {
  const [dy, dx] = [by * Math.sin(angle), by * Math.cos(angle)];
  return (y, x) => [y - dy, x - dx];
}

const angleOf = (index: number): number => 2 * Math.PI * randomStream(SEED, 'direction', index).float();

/** Another image, of another class; the image itself where there is no other class. */
function partnerOf({ labels }: Split, index: number): number {
  const random = randomStream(SEED, 'partner', index);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const other = random.int(0, labels.length - 1);
    if (labels[other] !== labels[index]) return other;
  }
  return index;
}

function noised(pixels: Uint8Array, index: number, deviation: number): Uint8Array {
  const random = randomStream(SEED, 'noise', index);
  return pixels.map((byte) => Math.min(255, Math.max(0, Math.round(byte + 255 * deviation * random.normal()))));
}

/** Bilinear between the four neighbours of where a pixel comes from. */
function transformed(pixels: Uint8Array, { height, width, channels }: Shape, origin: Origin): Uint8Array {
  const result = new Uint8Array(pixels.length);
  const [middleY, middleX] = [(height - 1) / 2, (width - 1) / 2];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [fromY, fromX] = origin(y - middleY, x - middleX);
      // What rounding leaves of whole numbers is nothing.
      const [sy, sx] = [rounded(fromY + middleY), rounded(fromX + middleX)];
      const [top, left] = [Math.floor(sy), Math.floor(sx)];
      const [down, right] = [sy - top, sx - left];
      for (let c = 0; c < channels; c++) {
        let value = 0;
        for (const [dy, dx, weight] of [
          [0, 0, (1 - down) * (1 - right)],
          [0, 1, (1 - down) * right],
          [1, 0, down * (1 - right)],
          [1, 1, down * right],
        ] as const) {
          const [py, px] = [top + dy, left + dx];
          if (weight > 0 && py >= 0 && py < height && px >= 0 && px < width) value += weight * pixels[(py * width + px) * channels + c]!;
        }
        result[(y * width + x) * channels + c] = Math.round(value);
      }
    }
  return result;
}

const rounded = (value: number): number => (Math.abs(value - Math.round(value)) < 1e-9 ? Math.round(value) : value);
