/** Collects, image by image, how long each capsule type of a layer is and where, and says what is typical of it. */
import { BINS, SHOWN, type Excited, type LayerAtlas, type TypeAtlas } from '../../shared/inside/atlas.ts';
import { VANISHED } from '../../shared/forecast/verdict.ts';
import { LEAST } from '../../shared/inside/scale.ts';

export interface MeterShape {
  layer: string;
  height: number;
  width: number;
  types: number;
  dim: number;
}

export class TypeMeter {
  readonly #shape: MeterShape;
  #images = 0;
  /** (images, types): length and place of the longest, and its vector, (images, types, dim). */
  readonly #lengths: Float32Array;
  readonly #places: Uint32Array;
  readonly #vectors: Float32Array;

  constructor(shape: MeterShape, images: number) {
    this.#shape = shape;
    this.#lengths = new Float32Array(images * shape.types);
    this.#places = new Uint32Array(images * shape.types);
    this.#vectors = new Float32Array(images * shape.types * shape.dim);
  }

  /** `vectors` of a batch, (B, height, width, types, dim). */
  add(vectors: Float32Array): void {
    const { height, width, types, dim } = this.#shape;
    const cells = height * width;
    const batch = vectors.length / (cells * types * dim);
    for (let b = 0; b < batch; b++, this.#images++)
      for (let cell = 0; cell < cells; cell++)
        for (let type = 0; type < types; type++) {
          const from = ((b * cells + cell) * types + type) * dim;
          let squared = 0;
          for (let d = 0; d < dim; d++) squared += vectors[from + d]! ** 2;
          const length = Math.sqrt(squared);
          const at = this.#images * types + type;
          if (cell > 0 && length <= this.#lengths[at]!) continue;
          this.#lengths[at] = length;
          this.#places[at] = cell;
          this.#vectors.set(vectors.subarray(from, from + dim), at * dim);
        }
  }

  /** `indices` and `labels` of the images, in the order in which they were added. */
  result({
    indices,
    labels,
    classes,
    threshold,
  }: {
    indices: readonly number[];
    labels: Uint16Array;
    classes: number;
    threshold: number;
  }): LayerAtlas {
    const scale = this.#scale();
    const all = Array.from({ length: this.#images }, (_, i) => i);
    return {
      layer: this.#shape.layer,
      scale,
      types: Array.from({ length: this.#shape.types }, (_, type): TypeAtlas => {
        const lengthOf = (image: number) => this.#lengths[image * this.#shape.types + type]!;
        const sorted = all.toSorted((a, b) => lengthOf(b) - lengthOf(a) || a - b);
        const shown = Math.min(SHOWN, sorted.length);
        const excited = (image: number) => this.#excited(image, type, indices[image]!);
        const active = all.filter((image) => lengthOf(image) > threshold);
        return {
          histogram: histogramOf(all.map(lengthOf), scale),
          byClass: Array.from({ length: classes }, (_, label) => meanOf(all.filter((image) => labels[image] === label).map(lengthOf))),
          active: active.length / all.length,
          most: sorted.slice(0, shown).map(excited),
          least: sorted.slice(-shown).reverse().map(excited),
          across: Array.from({ length: shown }, (_, i) => excited(sorted[Math.floor(((i + 0.5) * sorted.length) / shown)]!)),
          pose: active.length > 0 ? this.#poseOf(active, type) : null,
        };
      }),
    };
  }

  #scale(): LayerAtlas['scale'] {
    let [most, least] = [0, Infinity];
    for (const length of this.#lengths) {
      most = Math.max(most, length);
      if (length > LEAST) least = Math.min(least, length);
    }
    if (most >= VANISHED) return { log: false, from: 0, to: Math.max(1, most) };
    return { log: true, from: Math.log10(LEAST), to: most > LEAST ? Math.log10(most) : Math.log10(LEAST) + 1 };
  }

  #excited(image: number, type: number, index: number): Excited {
    const { width, types } = this.#shape;
    const place = this.#places[image * types + type]!;
    return { image: index, y: Math.floor(place / width), x: place % width, length: this.#lengths[image * types + type]! };
  }

  #poseOf(images: readonly number[], type: number): NonNullable<TypeAtlas['pose']> {
    const { types, dim } = this.#shape;
    const sorted = Array.from({ length: dim }, (_, d) =>
      Float32Array.from(images, (image) => this.#vectors[(image * types + type) * dim + d]!).sort(),
    );
    const at = (share: number) => sorted.map((values) => values[Math.round(share * (values.length - 1))]!);
    return { low: at(0.1), middle: at(0.5), high: at(0.9) };
  }
}

function histogramOf(lengths: readonly number[], { log, from, to }: LayerAtlas['scale']): number[] {
  const bins = new Array<number>(BINS).fill(0);
  for (const length of lengths) {
    const value = log ? Math.log10(Math.max(length, LEAST)) : length;
    bins[Math.min(BINS - 1, Math.max(0, Math.floor(((value - from) / (to - from)) * BINS)))]! += 1;
  }
  return bins;
}

const meanOf = (values: readonly number[]): number | null =>
  values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
