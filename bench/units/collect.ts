/** Collects a bundle into a database in a process of its own, so that its memory can be told. Prints seconds, peak and what was collected. */
import { Bundle } from '../../src/scale/bundle.ts';
import { collect } from '../../src/scale/collect.ts';
import { Store } from '../../src/store/store.ts';
import { peakMemoryBytes } from '../peak-memory.ts';

const [folder, database] = process.argv.slice(2);
const begun = performance.now();
const store = new Store(database!);
const collected = collect(new Bundle(folder!), store, { say: (line) => process.stderr.write(`${line}\n`) });
const seconds = (performance.now() - begun) / 1000;
const listed = performance.now();
const runs = store.summaries().length;
const listSeconds = (performance.now() - listed) / 1000;
store.close();
// In kilobytes on every system, says Node.
process.stdout.write(JSON.stringify({ seconds, peakBytes: peakMemoryBytes(), collected, runs, listSeconds }));
