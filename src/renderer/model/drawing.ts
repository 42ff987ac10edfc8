/** Drawing on an image of a data set, pixel by pixel of its own size: what comes out is what a network takes. */
import type { InputShape } from '../../shared/spec/network.ts';

type Shape = Pick<InputShape, 'height' | 'width' | 'channels'>;

/** In pixels of the image; the middle of the first pixel is (0.5, 0.5). */
export interface Point {
  x: number;
  y: number;
}

/** One line drawn without lifting the pen. Where it crosses itself it is no thicker than elsewhere. */
export class Stroke {
  readonly #before: Uint8Array;
  readonly #shape: Shape;
  /** What the ink covers of every pixel, in [0, 1]. */
  readonly #covered: Float32Array;
  readonly #ink: readonly number[];
  readonly #radius: number;

  /** @param ink one byte per channel. */
  constructor(before: Uint8Array, shape: Shape, ink: readonly number[], radius: number) {
    this.#before = before;
    this.#shape = shape;
    this.#ink = ink;
    this.#radius = radius;
    this.#covered = new Float32Array(shape.height * shape.width);
  }

  /** Draws on from one point to another, and answers the image as it is then. */
  draw(from: Point, to: Point): Uint8Array<ArrayBuffer> {
    const { height, width, channels } = this.#shape;
    const pixels = Uint8Array.from(this.#before);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        // The edge of the pen is one pixel wide, as that of a pencil that was scanned.
        const cover = Math.min(1, Math.max(0, this.#radius + 0.5 - distance({ x: x + 0.5, y: y + 0.5 }, from, to)));
        const share = (this.#covered[i] = Math.max(this.#covered[i]!, cover));
        if (share === 0) continue;
        for (let c = 0; c < channels; c++) {
          const before = pixels[i * channels + c]!;
          pixels[i * channels + c] = Math.round(before + (this.#ink[c]! - before) * share);
        }
      }
    return pixels;
  }
}

/** From a point to the nearest one of a line from a to b. */
function distance(point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((point.x - a.x) * dx + (point.y - a.y) * dy) / length));
  return Math.hypot(point.x - a.x - along * dx, point.y - a.y - along * dy);
}

/** As thick as handwritten digits are for their size: those of MNIST have lines of some two to three pixels on 28. */
export const penRadius = ({ height, width }: Pick<Shape, 'height' | 'width'>): number => Math.max(0.5, Math.min(height, width) / 22);
