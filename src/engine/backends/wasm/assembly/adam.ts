/** One update by Adam of all parameters, in place; see AdamKernel. Each thread takes its share of every parameter. */
import * as Words from '../jobs/adam';
import { PARAMETER_WORDS, REST_BYTES } from '../jobs/numbers';
import * as Row from '../jobs/parameter';
import { FLOOR, flush } from './floors';
import { shareStart, thread } from './threads';
import { floatWord, word } from './words';

/**
 * Below these a gradient whose square is taken, and the moments, are zero (see floors.ts): moments without a gradient would shrink
 * until they are. Beside ε their roots are nothing.
 */
const SQUARED_FLOOR: f32 = 2.7755575615628914e-17; // 2^-55
const FIRST_FLOOR: f32 = 7.888609052210118e-31; // 2^-100
const SECOND_FLOOR: f32 = 7.52316384526264e-37; // 2^-120

const PARAMETER: usize = 4 * PARAMETER_WORDS;

let beta1: f32 = 0;
let beta2: f32 = 0;
/** 1 − β. */
let rest1: f32 = 0;
let rest2: f32 = 0;
let stepSize: f32 = 0;
let correction: f32 = 0;
let epsilon: f32 = 0;
let weightDecay: f32 = 0;
let shrinkage: f32 = 0;

@inline
function mix(old: v128, beta: f32, value: v128, rest: f32): v128 {
  return f32x4.add(f32x4.mul(old, f32x4.splat(beta)), f32x4.mul(value, f32x4.splat(rest)));
}

/** Four values at a time. */
@inline
function update(parameter: usize, first: usize, second: usize, gradient: usize): void {
  const p = v128.load(parameter);
  const g = f32x4.add(v128.load(gradient), f32x4.mul(p, f32x4.splat(weightDecay)));
  const q = flush(g, f32x4.splat(SQUARED_FLOOR));
  const m = flush(mix(v128.load(first), beta1, g, rest1), f32x4.splat(FIRST_FLOOR)),
    v = flush(mix(v128.load(second), beta2, f32x4.mul(q, q), rest2), f32x4.splat(SECOND_FLOOR));
  v128.store(first, m);
  v128.store(second, v);
  const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), f32x4.splat(correction)), f32x4.splat(epsilon));
  const way = f32x4.div(f32x4.mul(m, f32x4.splat(stepSize)), denominator);
  const moved = f32x4.sub(p, f32x4.add(way, f32x4.mul(p, f32x4.splat(shrinkage))));
  v128.store(parameter, flush(moved, f32x4.splat(FLOOR)));
}

@inline
function entry(row: usize, index: i32): i32 {
  return load<i32>(row + ((<usize>index) << 2));
}

export function adam(): void {
  beta1 = floatWord(Words.BETA_1);
  rest1 = floatWord(Words.REST_1);
  beta2 = floatWord(Words.BETA_2);
  rest2 = floatWord(Words.REST_2);
  stepSize = floatWord(Words.STEP_SIZE);
  correction = floatWord(Words.CORRECTION);
  epsilon = floatWord(Words.EPSILON);
  weightDecay = floatWord(Words.WEIGHT_DECAY);
  shrinkage = floatWord(Words.SHRINKAGE);
  const count = word(Words.COUNT);
  const table = <usize>word(Words.TABLE),
    scratch = <usize>word(Words.SCRATCH);
  for (let i = 0, at = table; i < count; i++, at += PARAMETER) {
    const p = <usize>entry(at, Row.VALUES),
      m = <usize>entry(at, Row.FIRST),
      v = <usize>entry(at, Row.SECOND);
    const g = <usize>entry(at, Row.GRADIENT),
      values = entry(at, Row.SIZE),
      fours = values >> 2;
    const end = (<usize>shareStart(fours, thread + 1)) << 4;
    for (let j = (<usize>shareStart(fours, thread)) << 4; j < end; j += 16) update(p + j, m + j, v + j, g + j);
    const rest = (<usize>(values & 3)) << 2,
      start = (<usize>fours) << 4;
    if (!rest || thread > 0) continue;
    memory.fill(scratch, 0, REST_BYTES);
    (memory.copy(scratch, p + start, rest), memory.copy(scratch + 16, m + start, rest));
    (memory.copy(scratch + 32, v + start, rest), memory.copy(scratch + 48, g + start, rest));
    update(scratch, scratch + 16, scratch + 32, scratch + 48);
    (memory.copy(p + start, scratch, rest), memory.copy(m + start, scratch + 16, rest), memory.copy(v + start, scratch + 32, rest));
  }
}
