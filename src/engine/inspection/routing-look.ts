/** What is kept of the routing of a layer while its positions pass: means per type, entropy and agreement, by iteration. */
import type { RoutingLook } from '../../shared/inside/look.ts';
import type { PositionRouter } from './position-router.ts';

export class RoutingMeter {
  readonly #router: PositionRouter;
  /** By type below: children that had a parent. */
  readonly #pairs: Float64Array;
  readonly #coupling: Float64Array;
  readonly #flow: Float64Array;
  readonly #entropy: Float64Array;
  /** |Σ c û| and Σ c |û|. */
  readonly #together: Float64Array;
  readonly #apart: Float64Array;

  constructor(router: PositionRouter) {
    const { inTypes, outTypes, iterations } = router.shape;
    this.#router = router;
    this.#pairs = new Float64Array(inTypes);
    this.#coupling = new Float64Array(iterations * inTypes * outTypes);
    this.#flow = new Float64Array(this.#coupling.length);
    this.#entropy = new Float64Array(iterations);
    this.#together = new Float64Array(iterations * outTypes);
    this.#apart = new Float64Array(iterations * outTypes);
  }

  /** Adds the position that the router has just routed. `lengths` of the capsules below, (inHeight, inWidth, inTypes). */
  add(lengths: Float64Array): void {
    const { shape, present, places, count, couplings } = this.#router;
    const { inTypes, outTypes, iterations } = shape;
    const voteLengths = this.#voteLengths();
    for (let i = 0; i < count; i++) {
      const k = present[i]!;
      const type = k % inTypes;
      const length = lengths[places[k]!]!;
      this.#pairs[type]! += 1;
      for (let iteration = 0; iteration < iterations; iteration++) {
        const row = (iteration * inTypes + type) * outTypes;
        for (let n = 0; n < outTypes; n++) {
          const coupling = couplings[iteration]![k * outTypes + n]!;
          this.#coupling[row + n]! += coupling;
          this.#flow[row + n]! += coupling * length;
          this.#apart[iteration * outTypes + n]! += coupling * voteLengths[i * outTypes + n]!;
        }
      }
    }
    for (let iteration = 0; iteration < iterations; iteration++) this.#entropy[iteration]! += this.#router.entropies[iteration]!;
    this.#addSums();
  }

  #voteLengths(): Float64Array {
    const { shape, present, count, votes } = this.#router;
    const { outTypes, outDim } = shape;
    const lengths = new Float64Array(count * outTypes);
    for (let i = 0; i < count; i++)
      for (let n = 0; n < outTypes; n++) lengths[i * outTypes + n] = norm(votes, (present[i]! * outTypes + n) * outDim, outDim);
    return lengths;
  }

  #addSums(): void {
    const { outTypes, outDim } = this.#router.shape;
    for (const [iteration, sums] of this.#router.sums.entries())
      for (let n = 0; n < outTypes; n++) this.#together[iteration * outTypes + n]! += norm(sums, n * outDim, outDim);
  }

  /** Means over what has been added. With a single parent the entropy is 0: it takes all. */
  result(layer: string): RoutingLook {
    const { inTypes, outTypes, iterations } = this.#router.shape;
    const mean = (sums: Float64Array) => Float32Array.from(sums, (sum, i) => sum / this.#pairs[Math.floor(i / outTypes) % inTypes]!);
    const pairs = this.#pairs.reduce((all, some) => all + some, 0);
    const largestEntropy = outTypes > 1 ? Math.log(outTypes) : 1;
    return {
      layer,
      iterations,
      from: inTypes,
      to: outTypes,
      coupling: mean(this.#coupling),
      flow: mean(this.#flow),
      entropy: Float32Array.from(this.#entropy, (sum) => sum / pairs / largestEntropy),
      agreement: Float32Array.from(this.#together, (sum, i) => (this.#apart[i]! > 0 ? sum / this.#apart[i]! : 0)),
    };
  }
}

/** Length of the vector of `dim` components that begins at `start`. */
export function norm(vectors: Float64Array, start: number, dim: number): number {
  let squared = 0;
  for (let i = start; i < start + dim; i++) squared += vectors[i]! ** 2;
  return Math.sqrt(squared);
}

/** Lengths of all vectors. */
export function normsOf(vectors: Float64Array, dim: number): Float64Array {
  return Float64Array.from({ length: vectors.length / dim }, (_, i) => norm(vectors, i * dim, dim));
}
