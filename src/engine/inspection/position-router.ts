/**
 * Routing by agreement of one layer, one position of the parents after the other, in double precision (Sabour et al. 2017,
 * procedure 1): the same formulas as those of the reference kernel, with every coupling at hand, and without the votes of
 * more than one position in memory.
 */
import { SQUASH_EPSILON } from '../ops/squash.ts';
import type { RoutingShape } from '../../shared/describe.ts';
import type { Squash } from '../../shared/spec/network.ts';

export interface Parameters {
  shape: RoutingShape;
  squash: Squash;
  /** (K, outTypes, outDim, inDim) */
  weight: Float32Array;
  /** (outTypes, outDim) */
  bias: Float32Array | undefined;
}

/** What is known after route(). All of it is overwritten by the next. */
export class PositionRouter {
  readonly shape: RoutingShape;
  readonly children: number;
  /** Children under the window that lie inside the map below, as k; of the others there is nothing in any array. */
  readonly present: Int32Array;
  /** How many of `present` count. */
  count = 0;
  /** By k: where the child's capsule begins in the layer below, in capsules. */
  readonly places: Int32Array;
  /** (K, outTypes, outDim) */
  readonly votes: Float64Array;
  /** By iteration: (K, outTypes) couplings, (outTypes, outDim) weighted sums of the votes without bias, and capsules. */
  readonly couplings: Float64Array[];
  readonly sums: Float64Array[];
  readonly outputs: Float64Array[];
  /** By iteration: −Σ c ln c over all present children and their parents. */
  readonly entropies: Float64Array;
  readonly #parameters: Omit<Parameters, 'weight'>;
  /** (K, inDim, outTypes, outDim) */
  readonly #weight: Float32Array;
  readonly #logits: Float64Array;

  constructor({ weight, ...parameters }: Parameters) {
    const { shape } = parameters;
    const { kernelHeight, kernelWidth, inTypes, outTypes, outDim, iterations } = shape;
    const children = kernelHeight * kernelWidth * inTypes;
    const perIteration = (size: number) => Array.from({ length: iterations }, () => new Float64Array(size));
    this.#parameters = parameters;
    this.#weight = byComponent(weight, shape);
    this.shape = shape;
    this.children = children;
    this.present = new Int32Array(children);
    this.places = new Int32Array(children);
    this.votes = new Float64Array(children * outTypes * outDim);
    this.couplings = perIteration(children * outTypes);
    this.sums = perIteration(outTypes * outDim);
    this.outputs = perIteration(outTypes * outDim);
    this.entropies = new Float64Array(iterations);
    this.#logits = new Float64Array(children * outTypes);
  }

  /** Routes the parents at (y, x) from the capsules below, (inHeight, inWidth, inTypes, inDim). */
  route(below: Float64Array, y: number, x: number): void {
    this.#findChildren(y, x);
    this.#vote(below);
    this.#logits.fill(0);
    for (let iteration = 0; iteration < this.shape.iterations; iteration++) {
      if (iteration > 0) this.#agree(this.outputs[iteration - 1]!);
      this.entropies[iteration] = iteration > 0 ? this.#couple(this.couplings[iteration]!) : this.#shareEvenly(this.couplings[0]!);
      this.#sum(this.couplings[iteration]!, this.sums[iteration]!);
      this.#squash(this.sums[iteration]!, this.outputs[iteration]!);
    }
  }

  #findChildren(y: number, x: number): void {
    const { kernelHeight, kernelWidth, inHeight, inWidth, inTypes, stride, padding } = this.shape;
    this.count = 0;
    for (let ky = 0, k = 0; ky < kernelHeight; ky++)
      for (let kx = 0; kx < kernelWidth; kx++) {
        const [inY, inX] = [y * stride + ky - padding, x * stride + kx - padding];
        const inside = inY >= 0 && inY < inHeight && inX >= 0 && inX < inWidth;
        for (let type = 0; type < inTypes; type++, k++) {
          if (!inside) continue;
          this.present[this.count++] = k;
          this.places[k] = (inY * inWidth + inX) * inTypes + type;
        }
      }
  }

  /** Most of the work. Components of the child are taken four at a time, for all of its votes: no sum waits for the one before. */
  #vote(below: Float64Array): void {
    const { inDim, outTypes, outDim } = this.shape;
    const units = outTypes * outDim;
    const { votes, present, places, count } = this;
    const weight = this.#weight;
    const four = inDim - (inDim % 4);
    for (let i = 0; i < count; i++) {
      const k = present[i]!;
      const child = places[k]! * inDim;
      const [first, end] = [k * units, (k + 1) * units];
      let w = first * inDim;
      votes.fill(0, first, end);
      for (let d = 0; d < four; d += 4, w += 3 * units) {
        const [a, b, c, e] = [below[child + d]!, below[child + d + 1]!, below[child + d + 2]!, below[child + d + 3]!];
        for (let unit = first; unit < end; unit++, w++)
          votes[unit]! += a * weight[w]! + b * weight[w + units]! + (c * weight[w + 2 * units]! + e * weight[w + 3 * units]!);
      }
      for (let d = four; d < inDim; d++) {
        const a = below[child + d]!;
        for (let unit = first; unit < end; unit++) votes[unit]! += a * weight[w++]!;
      }
    }
  }

  #agree(output: Float64Array): void {
    const { outTypes, outDim } = this.shape;
    const { votes, present, count } = this;
    for (let i = 0; i < count; i++) {
      const first = present[i]! * outTypes;
      for (let n = 0; n < outTypes; n++) {
        let agreement = 0;
        for (let d = 0; d < outDim; d++) agreement += votes[(first + n) * outDim + d]! * output[n * outDim + d]!;
        this.#logits[first + n]! += agreement;
      }
    }
  }

  /** As without any agreement so far. Answers the entropy. */
  #shareEvenly(couplings: Float64Array): number {
    const { outTypes } = this.shape;
    for (let i = 0; i < this.count; i++) {
      const first = this.present[i]! * outTypes;
      couplings.fill(1 / outTypes, first, first + outTypes);
    }
    return this.count * Math.log(outTypes);
  }

  /** Answers the entropy: with c = eᵇ / S it is ln S − Σ c b, one logarithm for all parents of a child. */
  #couple(couplings: Float64Array): number {
    const { outTypes } = this.shape;
    let entropy = 0;
    for (let i = 0; i < this.count; i++) {
      const first = this.present[i]! * outTypes;
      let largest = -Infinity;
      for (let n = 0; n < outTypes; n++) largest = Math.max(largest, this.#logits[first + n]!);
      let [sum, weighted] = [0, 0];
      for (let n = 0; n < outTypes; n++) {
        const logit = this.#logits[first + n]! - largest;
        const share = Math.exp(logit);
        couplings[first + n] = share;
        sum += share;
        weighted += share * logit;
      }
      for (let n = 0; n < outTypes; n++) couplings[first + n]! /= sum;
      entropy += Math.log(sum) - weighted / sum;
    }
    return entropy;
  }

  #sum(couplings: Float64Array, sums: Float64Array): void {
    const { outTypes, outDim } = this.shape;
    const { votes, present, count } = this;
    sums.fill(0);
    for (let i = 0; i < count; i++) {
      const first = present[i]! * outTypes;
      for (let n = 0; n < outTypes; n++) {
        const coupling = couplings[first + n]!;
        for (let d = 0; d < outDim; d++) sums[n * outDim + d]! += coupling * votes[(first + n) * outDim + d]!;
      }
    }
  }

  #squash(sums: Float64Array, outputs: Float64Array): void {
    const { bias, squash } = this.#parameters;
    const { outTypes, outDim } = this.shape;
    for (let n = 0; n < outTypes; n++) {
      let squared = 0;
      for (let unit = n * outDim; unit < (n + 1) * outDim; unit++) {
        outputs[unit] = sums[unit]! + (bias ? bias[unit]! : 0);
        squared += outputs[unit]! ** 2;
      }
      const shrunk = squash === 'squash' ? squared / (1 + squared) : 1 - Math.exp(-Math.sqrt(squared));
      const factor = shrunk / Math.sqrt(squared + SQUASH_EPSILON);
      for (let unit = n * outDim; unit < (n + 1) * outDim; unit++) outputs[unit]! *= factor;
    }
  }
}

/** From (K, outTypes, outDim, inDim) to (K, inDim, outTypes, outDim). */
function byComponent(weight: Float32Array, { inDim, outTypes, outDim }: RoutingShape): Float32Array {
  const units = outTypes * outDim;
  const turned = new Float32Array(weight.length);
  for (let from = 0; from < weight.length; from++) {
    const [row, d] = [Math.floor(from / inDim), from % inDim];
    const [k, unit] = [Math.floor(row / units), row % units];
    turned[(k * inDim + d) * units + unit] = weight[from]!;
  }
  return turned;
}
