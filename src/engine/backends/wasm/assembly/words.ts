/** Reading a job block: 32-bit words, found by their numbers in ../jobs. */

let block: usize = 0;

export function readFrom(job: usize): void {
  block = job;
}

export function word(index: i32): i32 {
  return load<i32>(block + ((<usize>index) << 2));
}

export function floatWord(index: i32): f32 {
  return reinterpret<f32>(word(index));
}
