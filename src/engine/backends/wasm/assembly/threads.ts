/**
 * The pool as each thread sees it: waiting for jobs, sharing out items, meeting at barriers. All through a control block
 * of 32-bit words in shared memory; the thread that starts a job takes part in it as thread 0.
 */
import * as Numbers from '../jobs/numbers';

// Bytes from the start of the control block.
const GENERATION: usize = 4 * Numbers.GENERATION;
const STOP: usize = 4 * Numbers.STOP;
const ARRIVED: usize = 4 * Numbers.ARRIVED;
const PHASE: usize = 4 * Numbers.PHASE;
const NEXT: usize = 4 * Numbers.NEXT;
const FAILED: usize = 4 * Numbers.FAILED;

/** Looks at a barrier this often before going to sleep: phases are short, and waking takes longer than most waits. */
const SPINS = 2000;
const SECOND: i64 = 1_000_000_000;

export let thread: i32 = 0;
export let threads: i32 = 1;
let control: usize = 0;

export function join(controlBlock: usize, index: i32, count: i32): void {
  control = controlBlock;
  thread = index;
  threads = count;
}

/** Sleeps until the next job after generation `seen`; returns its generation, or -1 at the end. */
export function nextJob(seen: i32): i32 {
  while (atomic.load<i32>(control + GENERATION) == seen) atomic.wait<i32>(control + GENERATION, seen, -1);
  return atomic.load<i32>(control + STOP) ? -1 : atomic.load<i32>(control + GENERATION);
}

export function announceJob(): void {
  atomic.add<i32>(control + GENERATION, 1);
  atomic.notify(control + GENERATION, threads);
}

/** Returns when every thread is here. Traps when another thread has failed, which would otherwise never come. */
export function barrier(): void {
  if (threads == 1) {
    store<i32>(control + NEXT, 0);
    return;
  }
  const phase = atomic.load<i32>(control + PHASE);
  if (atomic.add<i32>(control + ARRIVED, 1) == threads - 1) {
    atomic.store<i32>(control + ARRIVED, 0);
    atomic.store<i32>(control + NEXT, 0);
    atomic.add<i32>(control + PHASE, 1);
    atomic.notify(control + PHASE, threads);
    return;
  }
  for (let i = 0; i < SPINS; i++) if (atomic.load<i32>(control + PHASE) != phase) return;
  while (atomic.load<i32>(control + PHASE) == phase) {
    if (atomic.load<i32>(control + FAILED)) unreachable();
    atomic.wait<i32>(control + PHASE, phase, SECOND);
  }
}

/** The next item of the current phase that no thread has taken. Counting starts again at each barrier. */
@inline
export function nextItem(): i32 {
  return atomic.add<i32>(control + NEXT, 1);
}

/** First of `count` items that belong to thread `t`, when each thread gets one contiguous share. */
@inline
export function shareStart(count: i32, t: i32): i32 {
  return shareOf(count, t, threads);
}

/** The same of any number of shares. */
@inline
export function shareOf(count: i32, index: i32, shares: i32): i32 {
  return <i32>((<i64>count * index) / shares);
}
