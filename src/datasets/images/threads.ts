/**
 * Threads that decode image files. They are kept for a moment after they were used: a data set's images are read several times,
 * of each part some to see what they are like and then all, and starting a thread takes as long as decoding thousands of small images.
 */
import { Worker } from 'node:worker_threads';

/** Milliseconds that an idle thread is kept. */
const idle = 1000;
const maxKept = 16;
/** Decoding leaves many small objects behind; a thread that may pile them up takes more memory and is no faster. */
const youngMegabytes = 4;

interface Kept {
  worker: Worker;
  script: string;
  timer: NodeJS.Timeout;
}

let kept: Kept[] = [];

/** A thread that runs the script and has nothing to do. */
export function takeThread(script: string | URL): Worker {
  const found = kept.find((one) => one.script === String(script));
  if (found) {
    forget(found.worker);
    found.worker.ref();
    return found.worker;
  }
  // What reads TIFF looks for a script in a thread's data, and must find some.
  const worker = new Worker(script, { workerData: {}, resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } });
  worker.on('error', () => forget(worker));
  worker.on('exit', () => forget(worker));
  return worker;
}

/** Takes a thread back that has answered all that it was asked. It keeps no process alive. */
export async function giveBackThread(worker: Worker, script: string | URL): Promise<void> {
  if (kept.length >= maxKept) {
    await worker.terminate();
    return;
  }
  worker.unref();
  kept.push({ worker, script: String(script), timer: setTimeout(() => void end(worker), idle).unref() });
}

/** Ends a kept thread. */
async function end(worker: Worker): Promise<void> {
  forget(worker);
  await worker.terminate();
}

function forget(worker: Worker): void {
  clearTimeout(kept.find((one) => one.worker === worker)?.timer);
  kept = kept.filter((one) => one.worker !== worker);
}
