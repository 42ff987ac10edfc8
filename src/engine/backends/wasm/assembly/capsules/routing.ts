/**
 * Routing by agreement over the votes of a tile (Sabour et al. 2017, procedure 1), forward and backward. Logits are not
 * kept: b_j = û · (v_1 + … + v_{j-1}), one dot product with a sum of vectors that is the same for all children.
 * Votes are taken four children at a time, so that they are still in the first cache when they are needed again.
 */
import { flush, SCALED_FLOOR } from '../floors';
import { exp2, fma, LANES } from '../simd';
import {
  agreement,
  coefficientStride,
  exponents,
  largest,
  logits,
  outDim,
  outTypes,
  sum,
  terms,
  tileStride,
  unitBytes,
  votes,
  zeros,
} from './layer';
import { tileVotes } from './votes';

/** Bytes of one type's capsule over the lanes. */
@inline
function capsuleBytes(): usize {
  return <usize>outDim * LANES;
}

/**
 * total[n] += Σ over four children of weight[child, n] · û[child, n], the weights times the child's factor ([child][lane] at
 * `factors`) if there are any.
 */
@inline
function accumulateBy(u: usize, weight: usize, childStride: usize, typeStride: usize, total: usize, factors: usize): void {
  const vector = unitBytes,
    bytes = capsuleBytes(),
    last = <usize>(outTypes - 1) * bytes;
  let u0 = u + last,
    u1 = u0 + vector,
    u2 = u1 + vector,
    u3 = u2 + vector;
  ((weight += <usize>(outTypes - 1) * typeStride), (total += last));
  // Backwards: the votes that were read last are still in the first cache.
  for (let n = 0; n < outTypes; n++, weight -= typeStride) {
    const p1 = weight + childStride,
      p2 = p1 + childStride,
      p3 = p2 + childStride;
    let a0 = v128.load(weight),
      b0 = v128.load(weight, 16),
      a1 = v128.load(p1),
      b1 = v128.load(p1, 16);
    let a2 = v128.load(p2),
      b2 = v128.load(p2, 16),
      a3 = v128.load(p3),
      b3 = v128.load(p3, 16);
    if (factors) {
      ((a0 = f32x4.mul(a0, v128.load(factors))), (b0 = f32x4.mul(b0, v128.load(factors, 16))));
      ((a1 = f32x4.mul(a1, v128.load(factors, 32))), (b1 = f32x4.mul(b1, v128.load(factors, 48))));
      ((a2 = f32x4.mul(a2, v128.load(factors, 64))), (b2 = f32x4.mul(b2, v128.load(factors, 80))));
      ((a3 = f32x4.mul(a3, v128.load(factors, 96))), (b3 = f32x4.mul(b3, v128.load(factors, 112))));
    }
    for (const end = u0 + bytes; u0 < end; u0 += LANES, u1 += LANES, u2 += LANES, u3 += LANES, total += LANES) {
      let lo = v128.load(total),
        hi = v128.load(total, 16);
      ((lo = fma(a0, v128.load(u0), lo)), (hi = fma(b0, v128.load(u0, 16), hi)));
      ((lo = fma(a1, v128.load(u1), lo)), (hi = fma(b1, v128.load(u1, 16), hi)));
      ((lo = fma(a2, v128.load(u2), lo)), (hi = fma(b2, v128.load(u2, 16), hi)));
      ((lo = fma(a3, v128.load(u3), lo)), (hi = fma(b3, v128.load(u3, 16), hi)));
      (v128.store(total, hi, 16), v128.store(total, lo));
    }
    ((u0 -= 2 * bytes), (u1 -= 2 * bytes), (u2 -= 2 * bytes), (u3 -= 2 * bytes), (total -= 2 * bytes));
  }
}

/** With the exponentials of logits as weights: [type][child][lane]. */
function accumulateExponentials(u: usize, weight: usize, total: usize, factors: usize): void {
  accumulateBy(u, weight, LANES, 4 * LANES, total, factors);
}

/** With coupling coefficients as weights. */
function accumulate(u: usize, weight: usize, childStride: usize, typeStride: usize, total: usize): void {
  accumulateBy(u, weight, childStride, typeStride, total, 0);
}

/** Logits of four children, in units of log 2 as `direction` is scaled: logits[n][child][lane], and each child's largest. */
function agree(u: usize, direction: usize, target: usize): void {
  const vector = unitBytes,
    bytes = capsuleBytes();
  let u0 = u,
    u1 = u + vector,
    u2 = u1 + vector,
    u3 = u2 + vector;
  const lowest = f32x4.splat(-Infinity);
  let m0 = lowest,
    m1 = lowest,
    m2 = lowest,
    m3 = lowest,
    n0 = lowest,
    n1 = lowest,
    n2 = lowest,
    n3 = lowest;
  for (let n = 0; n < outTypes; n++, target += 4 * LANES) {
    let a0 = v128.load(zeros),
      a1 = a0,
      a2 = a0,
      a3 = a0,
      b0 = v128.load(zeros, 16),
      b1 = b0,
      b2 = b0,
      b3 = b0;
    for (const end = u0 + bytes; u0 < end; u0 += LANES, u1 += LANES, u2 += LANES, u3 += LANES, direction += LANES) {
      const lo = v128.load(direction),
        hi = v128.load(direction, 16);
      ((a0 = fma(lo, v128.load(u0), a0)), (b0 = fma(hi, v128.load(u0, 16), b0)));
      ((a1 = fma(lo, v128.load(u1), a1)), (b1 = fma(hi, v128.load(u1, 16), b1)));
      ((a2 = fma(lo, v128.load(u2), a2)), (b2 = fma(hi, v128.load(u2, 16), b2)));
      ((a3 = fma(lo, v128.load(u3), a3)), (b3 = fma(hi, v128.load(u3, 16), b3)));
    }
    ((m0 = f32x4.pmax(m0, a0)), (n0 = f32x4.pmax(n0, b0)), (m1 = f32x4.pmax(m1, a1)), (n1 = f32x4.pmax(n1, b1)));
    ((m2 = f32x4.pmax(m2, a2)), (n2 = f32x4.pmax(n2, b2)), (m3 = f32x4.pmax(m3, a3)), (n3 = f32x4.pmax(n3, b3)));
    (v128.store(target, b0, 16), v128.store(target, a0), v128.store(target, b1, 48), v128.store(target, a1, 32));
    (v128.store(target, b2, 80), v128.store(target, a2, 64), v128.store(target, b3, 112), v128.store(target, a3, 96));
  }
  const most = largest;
  (v128.store(most, n0, 16), v128.store(most, m0), v128.store(most, n1, 48), v128.store(most, m1, 32));
  (v128.store(most, n2, 80), v128.store(most, m2, 64), v128.store(most, n3, 112), v128.store(most, m3, 96));
}

/**
 * Softmax over the types of two children's logits in units of log 2 ([type][4 children][lane]), in place and without the division:
 * one over the sum takes the place of the largest logit at `most`. Two at once, because each is a chain of sums.
 */
function exponentials(target: usize, most: usize): void {
  const end = target + <usize>outTypes * 4 * LANES;
  const lo = v128.load(most),
    hi = v128.load(most, 16),
    low = v128.load(most, 32),
    high = v128.load(most, 48);
  const at = exponents,
    limit = v128.load32_splat(at),
    magic = v128.load32_splat(at, 4);
  const c5 = v128.load32_splat(at, 8),
    c4 = v128.load32_splat(at, 12),
    c3 = v128.load32_splat(at, 16);
  const c2 = v128.load32_splat(at, 20),
    c1 = v128.load32_splat(at, 24),
    c0 = v128.load32_splat(at, 28);
  let a = v128.load(zeros),
    b = v128.load(zeros, 16),
    c = a,
    d = b;
  for (let p = target; p < end; p += 4 * LANES) {
    let x = exp2(f32x4.sub(v128.load(p), lo), limit, magic, c5, c4, c3, c2, c1, c0);
    let y = exp2(f32x4.sub(v128.load(p, 16), hi), limit, magic, c5, c4, c3, c2, c1, c0);
    ((a = f32x4.add(a, x)), (b = f32x4.add(b, y)));
    (v128.store(p, y, 16), v128.store(p, x));
    x = exp2(f32x4.sub(v128.load(p, 32), low), limit, magic, c5, c4, c3, c2, c1, c0);
    y = exp2(f32x4.sub(v128.load(p, 48), high), limit, magic, c5, c4, c3, c2, c1, c0);
    ((c = f32x4.add(c, x)), (d = f32x4.add(d, y)));
    (v128.store(p, y, 48), v128.store(p, x, 32));
  }
  const one = f32x4.splat(1);
  ((a = f32x4.div(one, a)), (b = f32x4.div(one, b)), (c = f32x4.div(one, c)), (d = f32x4.div(one, d)));
  (v128.store(most, b, 16), v128.store(most, a), v128.store(most, d, 48), v128.store(most, c, 32));
}

/** One iteration over the votes `u` of `count` children: total = Σ softmax(û · direction) û. `direction` in units of log 2. */
export function route(u: usize, count: i32, direction: usize, total: usize): void {
  memory.fill(total, 0, unitBytes);
  for (let i = 0; i < count; i += 4, u += 4 * unitBytes) {
    agree(u, direction, logits);
    exponentials(logits, largest);
    exponentials(logits + 2 * LANES, largest + 2 * LANES);
    accumulateExponentials(u, logits, total, largest);
  }
}

/** Four children's dot products with both vectors: logits to slot 0, gradients by c to slot 1 of their coefficients. */
function agreeTwice(u: usize, direction: usize, gradient: usize, target: usize, childStride: usize, typeStride: usize): void {
  const bytes = capsuleBytes();
  const z = v128.load(zeros),
    zz = v128.load(zeros, 16);
  let u0 = u,
    u1 = u0 + unitBytes,
    u2 = u1 + unitBytes,
    u3 = u2 + unitBytes;
  const lowest = f32x4.splat(-Infinity);
  let m0 = lowest,
    m1 = lowest,
    m2 = lowest,
    m3 = lowest,
    n0 = lowest,
    n1 = lowest,
    n2 = lowest,
    n3 = lowest;
  for (let n = 0; n < outTypes; n++, target += typeStride) {
    let a0 = z,
      a1 = z,
      a2 = z,
      a3 = z,
      b0 = zz,
      b1 = zz,
      b2 = zz,
      b3 = zz;
    let c0 = z,
      c1 = z,
      c2 = z,
      c3 = z,
      d0 = zz,
      d1 = zz,
      d2 = zz,
      d3 = zz;
    for (const end = u0 + bytes; u0 < end; u0 += LANES, u1 += LANES, u2 += LANES, u3 += LANES, direction += LANES, gradient += LANES) {
      const lo = v128.load(direction),
        hi = v128.load(direction, 16),
        x = v128.load(gradient),
        y = v128.load(gradient, 16);
      let p = v128.load(u0),
        q = v128.load(u0, 16);
      ((a0 = fma(lo, p, a0)), (b0 = fma(hi, q, b0)), (c0 = fma(x, p, c0)), (d0 = fma(y, q, d0)));
      ((p = v128.load(u1)), (q = v128.load(u1, 16)));
      ((a1 = fma(lo, p, a1)), (b1 = fma(hi, q, b1)), (c1 = fma(x, p, c1)), (d1 = fma(y, q, d1)));
      ((p = v128.load(u2)), (q = v128.load(u2, 16)));
      ((a2 = fma(lo, p, a2)), (b2 = fma(hi, q, b2)), (c2 = fma(x, p, c2)), (d2 = fma(y, q, d2)));
      ((p = v128.load(u3)), (q = v128.load(u3, 16)));
      ((a3 = fma(lo, p, a3)), (b3 = fma(hi, q, b3)), (c3 = fma(x, p, c3)), (d3 = fma(y, q, d3)));
    }
    ((m0 = f32x4.pmax(m0, a0)), (n0 = f32x4.pmax(n0, b0)), (m1 = f32x4.pmax(m1, a1)), (n1 = f32x4.pmax(n1, b1)));
    ((m2 = f32x4.pmax(m2, a2)), (n2 = f32x4.pmax(n2, b2)), (m3 = f32x4.pmax(m3, a3)), (n3 = f32x4.pmax(n3, b3)));
    const t1 = target + childStride,
      t2 = t1 + childStride,
      t3 = t2 + childStride;
    (v128.store(target, b0, 16), v128.store(target, a0), v128.store(target, d0, 48), v128.store(target, c0, 32));
    (v128.store(t1, b1, 16), v128.store(t1, a1), v128.store(t1, d1, 48), v128.store(t1, c1, 32));
    (v128.store(t2, b2, 16), v128.store(t2, a2), v128.store(t2, d2, 48), v128.store(t2, c2, 32));
    (v128.store(t3, b3, 16), v128.store(t3, a3), v128.store(t3, d3, 48), v128.store(t3, c3, 32));
  }
  const most = largest;
  (v128.store(most, n0, 16), v128.store(most, m0), v128.store(most, n1, 48), v128.store(most, m1, 32));
  (v128.store(most, n2, 80), v128.store(most, m2, 64), v128.store(most, n3, 112), v128.store(most, m3, 96));
}

/** Turns logits and gradients by c into c and gradients by b. */
function softmaxBackward(target: usize, typeStride: usize, most: usize): void {
  const end = target + <usize>outTypes * typeStride;
  const lo = v128.load(most),
    hi = v128.load(most, 16);
  const at = exponents,
    limit = v128.load32_splat(at),
    magic = v128.load32_splat(at, 4);
  const c5 = v128.load32_splat(at, 8),
    c4 = v128.load32_splat(at, 12),
    c3 = v128.load32_splat(at, 16);
  const c2 = v128.load32_splat(at, 20),
    c1 = v128.load32_splat(at, 24),
    c0 = v128.load32_splat(at, 28);
  let a = v128.load(zeros),
    b = v128.load(zeros, 16),
    c = a,
    d = b;
  for (let p = target; p < end; p += typeStride) {
    const x = exp2(f32x4.sub(v128.load(p), lo), limit, magic, c5, c4, c3, c2, c1, c0);
    const y = exp2(f32x4.sub(v128.load(p, 16), hi), limit, magic, c5, c4, c3, c2, c1, c0);
    ((a = f32x4.add(a, x)), (b = f32x4.add(b, y)), (c = fma(x, v128.load(p, 32), c)), (d = fma(y, v128.load(p, 48), d)));
    (v128.store(p, y, 16), v128.store(p, x));
  }
  ((a = f32x4.div(f32x4.splat(1), a)), (b = f32x4.div(f32x4.splat(1), b)), (c = f32x4.mul(a, c)), (d = f32x4.mul(b, d)));
  const least = f32x4.splat(SCALED_FLOOR);
  for (let p = target; p < end; p += typeStride) {
    const x = f32x4.mul(a, v128.load(p)),
      y = f32x4.mul(b, v128.load(p, 16));
    (v128.store(p, y, 16), v128.store(p, x));
    const db = flush(f32x4.mul(x, f32x4.sub(v128.load(p, 32), c)), least),
      dbb = flush(f32x4.mul(y, f32x4.sub(v128.load(p, 48), d)), least);
    (v128.store(p, dbb, 48), v128.store(p, db, 32));
  }
}

/** Four children's part in going backward through an iteration; see routeBackward. */
function fourBackward(u: usize, direction: usize, gradient: usize, target: usize, total: usize): void {
  const typeStride = <usize>terms * LANES,
    childStride = <usize>outTypes * typeStride;
  agreeTwice(u, direction, gradient, target, childStride, typeStride);
  for (let child: usize = 0; child < 4; child++) softmaxBackward(target + child * childStride, typeStride, largest + child * LANES);
  accumulate(u, target + LANES, childStride, typeStride, total);
}

/**
 * Backward through one iteration j > 1 for the children first…last-1: from ds_j at `gradient` to db_j û added to `sum`, with c_j
 * and db_j left in the two terms at `target` ([child][type][term][lane]). The last iteration comes first; it computes the
 * votes, because they are used at once. If `pair`, the second tile's as well.
 */
export function routeBackward(first: i32, last: i32, pair: bool, gradient: usize, target: usize, latest: bool): void {
  const children = 4 * <usize>(outTypes * terms) * LANES,
    apart = tileStride;
  let u = votes;
  for (let i = first; i < last; i += 4, u += 4 * unitBytes, target += children) {
    if (latest) tileVotes(i, min(i + 4, last), pair, u, 0);
    fourBackward(u, agreement, gradient, target, sum);
    if (pair) fourBackward(u + apart, agreement + apart, gradient + apart, target + coefficientStride, sum + apart);
  }
}
