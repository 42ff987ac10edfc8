/** What the module offers to the threads of the pool. */
import { announceJob, barrier, join, nextJob, thread } from './threads';
import { readLayer } from './capsules/layer';
import { forward } from './capsules/forward';
import { backward } from './capsules/backward';

// Words at the start of every job block.
const FORWARD = 0;

function work(job: usize): void {
  readLayer(job + 4, thread);
  if (load<i32>(job) == FORWARD) forward();
  else backward();
  barrier();
}

/** The life of threads 1, 2, …: job after job, until the pool ends. */
export function serve(control: usize, job: usize, index: i32, count: i32): void {
  join(control, index, count);
  for (let seen = nextJob(0); seen != -1; seen = nextJob(seen)) work(job);
}

/** Makes the calling thread number 0 of the pool. */
export function lead(control: usize, count: i32): void {
  join(control, 0, count);
}

/** Does the job that the job block describes, together with all other threads. */
export function run(job: usize): void {
  announceJob();
  work(job);
}
