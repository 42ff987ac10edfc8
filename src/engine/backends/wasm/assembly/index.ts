/** What the module offers to the threads of the pool. */
import { ADAM, BATCH_NORM, CAPSULES_BACKWARD, CAPSULES_FORWARD, CONVOLUTION, OPERATION, SQUASH } from '../jobs/numbers';
import { adam } from './adam';
import { batchNorm } from './batch-norm';
import { backward } from './capsules/backward';
import { forward } from './capsules/forward';
import { readLayer, readSquash } from './capsules/layer';
import { squashAll } from './capsules/squash';
import { convolution } from './convolution/convolution';
import { readConvolution } from './convolution/job';
import { announceJob, barrier, join, nextJob, thread } from './threads';
import { readFrom, word } from './words';

function work(job: usize): void {
  readFrom(job);
  switch (word(OPERATION)) {
    case CAPSULES_FORWARD:
      readLayer();
      forward();
      break;
    case CAPSULES_BACKWARD:
      readLayer();
      backward();
      break;
    case CONVOLUTION:
      readConvolution(thread);
      convolution();
      break;
    case BATCH_NORM:
      batchNorm();
      break;
    case ADAM:
      adam();
      break;
    case SQUASH:
      readSquash();
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
