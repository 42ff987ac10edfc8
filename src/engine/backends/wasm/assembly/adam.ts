/** One update by Adam of all parameters, in place; see AdamKernel. Each thread takes its share of every parameter. */
import { shareStart, thread } from './threads';
import { floatWord, readFrom, word } from './words';

/** Of a parameter: addresses of its values, both moments and the gradient, and how many values. */
const PARAMETER: usize = 20;

let beta1: f32 = 0;
let beta2: f32 = 0;
/** 1 − β. */
let rest1: f32 = 0;
let rest2: f32 = 0;
let stepSize: f32 = 0;
let correction: f32 = 0;
let epsilon: f32 = 0;
let weightDecay: f32 = 0;

@inline
function mix(old: v128, beta: f32, value: v128, rest: f32): v128 {
  return f32x4.add(f32x4.mul(old, f32x4.splat(beta)), f32x4.mul(value, f32x4.splat(rest)));
}

/** Four values at a time. */
@inline
function update(parameter: usize, first: usize, second: usize, gradient: usize): void {
  const p = v128.load(parameter);
  const g = f32x4.add(v128.load(gradient), f32x4.mul(p, f32x4.splat(weightDecay)));
  const m = mix(v128.load(first), beta1, g, rest1), v = mix(v128.load(second), beta2, f32x4.mul(g, g), rest2);
  v128.store(first, m);
  v128.store(second, v);
  const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), f32x4.splat(correction)), f32x4.splat(epsilon));
  v128.store(parameter, f32x4.sub(p, f32x4.div(f32x4.mul(m, f32x4.splat(stepSize)), denominator)));
}

/** The order of words is that of ../adam.ts. */
export function adam(job: usize): void {
  readFrom(job);
  beta1 = floatWord();
  rest1 = floatWord();
  beta2 = floatWord();
  rest2 = floatWord();
  stepSize = floatWord();
  correction = floatWord();
  epsilon = floatWord();
  weightDecay = floatWord();
  const count = word();
  const table = <usize>word(), scratch = <usize>word();
  for (let i = 0, at = table; i < count; i++, at += PARAMETER) {
    const p = <usize>load<i32>(at), m = <usize>load<i32>(at, 4), v = <usize>load<i32>(at, 8), g = <usize>load<i32>(at, 12);
    const values = load<i32>(at, 16), fours = values >> 2;
    const end = <usize>shareStart(fours, thread + 1) << 4;
    for (let j = <usize>shareStart(fours, thread) << 4; j < end; j += 16) update(p + j, m + j, v + j, g + j);
    const rest = <usize>(values & 3) << 2, start = <usize>fours << 4;
    if (!rest || thread > 0) continue;
    memory.copy(scratch, p + start, rest), memory.copy(scratch + 16, m + start, rest);
    memory.copy(scratch + 32, v + start, rest), memory.copy(scratch + 48, g + start, rest);
    update(scratch, scratch + 16, scratch + 32, scratch + 48);
    memory.copy(p + start, scratch, rest), memory.copy(m + start, scratch + 16, rest), memory.copy(v + start, scratch + 32, rest);
  }
}
