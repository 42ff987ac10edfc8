/**
 * Batch norm with ReLU over rows of channels. Sums over all rows are first taken over blocks of rows, in parallel, and then
 * over the blocks, in double precision; so they do not depend on the number of threads.
 */
import * as Words from '../jobs/batch-norm';
import { BLOCK_ROWS, FACTOR_BYTES, MOMENTS, NORMALISE } from '../jobs/numbers';
import { FLOOR, flush, flushOne, GRADIENT_FLOOR } from './floors';
import { fma } from './simd';
import { barrier, nextItem, shareStart, thread } from './threads';
import { floatWord, word } from './words';

let rows: i32 = 0;
let channels: i32 = 0;
let epsilon: f32 = 0;
let x: usize = 0;
let y: usize = 0;
let dy: usize = 0;
let dx: usize = 0;
let gamma: usize = 0;
let beta: usize = 0;
let mean: usize = 0;
let variance: usize = 0;
let dgamma: usize = 0;
let dbeta: usize = 0;
/** Two sums per block and channel: [block][2][channels]. */
let partials: usize = 0;
/** This thread's rows of [channels] for factors. */
let factors: usize = 0;

let rowBytes: usize = 0;
let blocks: i32 = 0;

/** Sum of the block's rows, and of squared differences from their mean. */
function blockMoments(block: i32): void {
  const first = x + <usize>(block * BLOCK_ROWS) * rowBytes,
    count = min(BLOCK_ROWS, rows - block * BLOCK_ROWS);
  const end = first + <usize>count * rowBytes,
    sums = partials + <usize>block * 2 * rowBytes,
    squares = sums + rowBytes;
  memory.fill(sums, 0, 2 * rowBytes);
  const wide = rowBytes & ~15,
    share = <f32>1 / <f32>count;
  for (let row = first; row < end; row += rowBytes) {
    let i: usize = 0;
    for (; i < wide; i += 16) v128.store(sums + i, f32x4.add(v128.load(sums + i), v128.load(row + i)));
    for (; i < rowBytes; i += 4) store<f32>(sums + i, load<f32>(sums + i) + load<f32>(row + i));
  }
  for (let row = first; row < end; row += rowBytes) {
    let i: usize = 0;
    for (; i < wide; i += 16) {
      const d = f32x4.sub(v128.load(row + i), f32x4.mul(v128.load(sums + i), f32x4.splat(share)));
      v128.store(squares + i, fma(d, d, v128.load(squares + i)));
    }
    for (; i < rowBytes; i += 4) {
      const d = load<f32>(row + i) - load<f32>(sums + i) * share;
      store<f32>(squares + i, load<f32>(squares + i) + d * d);
    }
  }
}

/** Mean and variance of a channel from its blocks' (Chan, Golub & LeVeque 1979). */
function joinMoments(channel: i32): void {
  const first = partials + ((<usize>channel) << 2);
  let sum: f64 = 0,
    squares: f64 = 0;
  for (let block = 0, at = first; block < blocks; block++, at += 2 * rowBytes) sum += <f64>load<f32>(at);
  const total = sum / <f64>rows;
  for (let block = 0, at = first; block < blocks; block++, at += 2 * rowBytes) {
    const count = <f64>min(BLOCK_ROWS, rows - block * BLOCK_ROWS),
      d = <f64>load<f32>(at) / count - total;
    squares += <f64>load<f32>(at + rowBytes) + count * d * d;
  }
  store<f32>(mean + ((<usize>channel) << 2), <f32>total);
  store<f32>(variance + ((<usize>channel) << 2), <f32>(squares / <f64>rows));
}

/** γ / √(variance + ε) of a channel. */
@inline
function scaleOf(i: usize): f32 {
  return load<f32>(gamma + i) / sqrt<f32>(load<f32>(variance + i) + epsilon);
}

/** y = relu(x · scale + shift) on this thread's rows. */
function normalise(): void {
  const scale = factors,
    shift = factors + rowBytes,
    wide = rowBytes & ~15;
  for (let i: usize = 0; i < rowBytes; i += 4) {
    const s = scaleOf(i);
    store<f32>(scale + i, s);
    store<f32>(shift + i, load<f32>(beta + i) - load<f32>(mean + i) * s);
  }
  const offset = <usize>shareStart(rows, thread) * rowBytes,
    end = x + <usize>shareStart(rows, thread + 1) * rowBytes;
  for (let row = x + offset, to = y + offset; row < end; row += rowBytes, to += rowBytes) {
    let i: usize = 0;
    for (; i < wide; i += 16)
      v128.store(to + i, f32x4.max(fma(v128.load(row + i), v128.load(scale + i), v128.load(shift + i)), f32x4.splat(0)));
    for (; i < rowBytes; i += 4) store<f32>(to + i, max<f32>(load<f32>(row + i) * load<f32>(scale + i) + load<f32>(shift + i), 0));
  }
}

/** Sums over a block of the gradient behind ReLU, and of its product with the normalised x. */
function blockGradients(block: i32): void {
  const start = <usize>(block * BLOCK_ROWS) * rowBytes,
    wide = rowBytes & ~15;
  const end = start + <usize>min(BLOCK_ROWS, rows - block * BLOCK_ROWS) * rowBytes;
  const sums = partials + <usize>block * 2 * rowBytes,
    products = sums + rowBytes;
  memory.fill(sums, 0, 2 * rowBytes);
  for (let row = start; row < end; row += rowBytes) {
    let i: usize = 0;
    for (; i < wide; i += 16) {
      const dz = v128.and(v128.load(dy + row + i), f32x4.gt(v128.load(y + row + i), f32x4.splat(0)));
      const centred = f32x4.sub(v128.load(x + row + i), v128.load(mean + i));
      v128.store(sums + i, f32x4.add(v128.load(sums + i), dz));
      v128.store(products + i, fma(dz, centred, v128.load(products + i)));
    }
    for (; i < rowBytes; i += 4) {
      const dz: f32 = load<f32>(y + row + i) > 0 ? load<f32>(dy + row + i) : 0;
      store<f32>(sums + i, load<f32>(sums + i) + dz);
      store<f32>(products + i, load<f32>(products + i) + dz * (load<f32>(x + row + i) - load<f32>(mean + i)));
    }
  }
}

/** Gradients of a channel's γ and β from the blocks' sums. */
function joinGradients(channel: i32): void {
  const i = (<usize>channel) << 2;
  let sum: f64 = 0,
    products: f64 = 0;
  for (let block = 0, at = partials + i; block < blocks; block++, at += 2 * rowBytes) {
    sum += <f64>load<f32>(at);
    products += <f64>load<f32>(at + rowBytes);
  }
  store<f32>(dbeta + i, flushOne(<f32>sum, FLOOR));
  store<f32>(dgamma + i, flushOne(<f32>(products / sqrt<f64>(<f64>load<f32>(variance + i) + <f64>epsilon)), FLOOR));
}

/** dx = a · dz + b · x + c on this thread's rows, all factors by channel. */
function inputGradient(): void {
  const a = factors,
    b = a + rowBytes,
    c = b + rowBytes,
    wide = rowBytes & ~15,
    share = <f32>1 / <f32>rows;
  for (let i: usize = 0; i < rowBytes; i += 4) {
    const scale = scaleOf(i),
      inverse = <f32>1 / sqrt<f32>(load<f32>(variance + i) + epsilon);
    const slope = -scale * load<f32>(dgamma + i) * share * inverse;
    store<f32>(a + i, scale);
    store<f32>(b + i, slope);
    store<f32>(c + i, -scale * load<f32>(dbeta + i) * share - slope * load<f32>(mean + i));
  }
  const end = <usize>shareStart(rows, thread + 1) * rowBytes;
  for (let row = <usize>shareStart(rows, thread) * rowBytes; row < end; row += rowBytes) {
    let i: usize = 0;
    for (; i < wide; i += 16) {
      const dz = v128.and(v128.load(dy + row + i), f32x4.gt(v128.load(y + row + i), f32x4.splat(0)));
      const gradient = fma(dz, v128.load(a + i), fma(v128.load(x + row + i), v128.load(b + i), v128.load(c + i)));
      v128.store(dx + row + i, flush(gradient, f32x4.splat(GRADIENT_FLOOR)));
    }
    for (; i < rowBytes; i += 4) {
      const dz: f32 = load<f32>(y + row + i) > 0 ? load<f32>(dy + row + i) : 0;
      const gradient = dz * load<f32>(a + i) + load<f32>(x + row + i) * load<f32>(b + i) + load<f32>(c + i);
      store<f32>(dx + row + i, flushOne(gradient, GRADIENT_FLOOR));
    }
  }
}

export function batchNorm(): void {
  const step = word(Words.STEP);
  rows = word(Words.ROWS);
  channels = word(Words.CHANNELS);
  epsilon = floatWord(Words.EPSILON);
  x = word(Words.X);
  y = word(Words.Y);
  dy = word(Words.DY);
  dx = word(Words.DX);
  gamma = word(Words.GAMMA);
  beta = word(Words.BETA);
  mean = word(Words.MEAN);
  variance = word(Words.VARIANCE);
  dgamma = word(Words.DGAMMA);
  dbeta = word(Words.DBETA);
  partials = word(Words.PARTIALS);
  rowBytes = (<usize>channels) << 2;
  factors = <usize>word(Words.FACTORS) + <usize>(thread * FACTOR_BYTES * channels);
  blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  if (step == NORMALISE) return normalise();
  for (let block = nextItem(); block < blocks; block = nextItem())
    if (step == MOMENTS) blockMoments(block);
    else blockGradients(block);
  barrier();
  for (let channel = shareStart(channels, thread), last = shareStart(channels, thread + 1); channel < last; channel++)
    if (step == MOMENTS) joinMoments(channel);
    else joinGradients(channel);
  if (step == MOMENTS) return;
  barrier();
  inputGradient();
}
