/** What the module offers to the threads of the pool. */
import { adam } from './adam';
import { batchNorm } from './batch-norm';
import { backward } from './capsules/backward';
import { forward } from './capsules/forward';
import { readLayer, readSquash } from './capsules/layer';
import { squashAll } from './capsules/squash';
import { convolution } from './convolution/convolution';
import { readConvolution } from './convolution/job';
import { announceJob, barrier, join, nextJob, thread } from './threads';

// Words at the start of every job block; see ../pool.ts.
const CAPSULES_FORWARD = 0;
const CAPSULES_BACKWARD = 1;
const CONVOLUTION = 2;
const BATCH_NORM = 3;
const ADAM = 4;
const SQUASH = 5;

function work(job: usize): void {
  const words = job + 4;
  switch (load<i32>(job)) {
    case CAPSULES_FORWARD:
      readLayer(words, thread);
      forward();
      break;
    case CAPSULES_BACKWARD:
      readLayer(words, thread);
      backward();
      break;
    case CONVOLUTION:
      readConvolution(words, thread);
      convolution();
      break;
    case BATCH_NORM:
      batchNorm(words);
      break;
    case ADAM:
      adam(words);
      break;
    case SQUASH:
      readSquash(words, thread);
      squashAll();
      break;
    default:
      unreachable();
  }
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
