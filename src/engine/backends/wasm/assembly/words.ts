/** Reading a job block, word by word. */

let cursor: usize = 0;

export function readFrom(job: usize): void {
  cursor = job;
}

export function word(): i32 {
  const value = load<i32>(cursor);
  cursor += 4;
  return value;
}

export function floatWord(): f32 {
  return reinterpret<f32>(word());
}
