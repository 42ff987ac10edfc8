/**
 * Writes what a version of Capscope leaves on a disk, so that later versions can be tried on it: `node test/frozen/make.ts
 * <folder>` in a checkout of that version. All of it comes from the program itself: the terminal's commands, and the workbench
 * for what only the window can do.
 */
import Database from 'better-sqlite3';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { networkOf } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { Store } from '../../src/store/store.ts';
import { capscope, startCapscope } from '../cli/capscope.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { openBench } from '../workbench/fixture.ts';

const folder = resolve(process.argv[2]!);
const db = join(folder, 'capscope.db');
const options = (study: string) => ['study', study, '--db', db, '--engine', 'wasm', '--threads', '1', '--json'];

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await capscope(...args);
  if (code !== 0) throw new Error(`capscope ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

mkdirSync(folder, { recursive: true });
const finished = writeTinyStudy(folder, { name: 'Finished study' }, 24);

// Every kind of network, preparation and pruning, and more than a few defaults changed.
const halfDone = join(folder, 'half-done.json');
const writtenOut = {
  backbone: [{ channels: 2, stride: 2 }],
  primary: { types: 2, dim: 2 },
  intermediate: [
    { kind: 'conv', types: 2, dim: 2 },
    { kind: 'full', types: 2, dim: 2, iterations: 2 },
  ],
  decoder: { hidden: [4] },
};
const spec = {
  name: 'Half-done study',
  data: { path: 'data', limitTrain: 18, preparation: { background: 'white', standardise: true, classes: ['0', '1', '2'] } },
  networks: [{ types: 2, dim: 2, depth: 1, kind: 'full' }, writtenOut],
  epochs: { train: 20, fineTune: 1 },
  training: { batch: 4, shift: 1, measure: { threshold: 0.02 } },
  pruning: { criterion: ['l1', 'random'], backbone: 0.5 },
};
writeFileSync(halfDone, JSON.stringify(spec, null, 2));

const records = JSON.parse(await run(...options(finished))) as { runs: { id: string; role: string; weights: string }[] };
const pruned = records.runs.find(({ role }) => role === 'pruned')!;
await run('export', pruned.id, join(folder, 'pruned.capscope'), '--db', db);
cpSync(pruned.weights, join(folder, 'pruned.safetensors'));

// Interrupted as Ctrl-C does it: one run has finished, the second is at work, the others wait.
const { child, ended } = startCapscope(options(halfDone));
let log = '';
let interrupted = false;
child.stderr.on('data', (chunk: Buffer) => {
  log += chunk.toString();
  if (interrupted || !/run 2 of .*epoch 2: train loss/s.test(log)) return;
  interrupted = child.kill('SIGINT');
});
const { code, stderr } = await ended;
if (code !== 130) throw new Error(`the study was not interrupted but ended with ${code}: ${stderr}`);

// What only the window does: runs of their own, with notes and tags; a deleted run; settings.
const bench = await openBench(folder);
const store = new Store(db);
const dataset = store.runs()[0]!.dataset;
store.close();
const training = TrainingSpec.parse({ epochs: 1, batch: 8 });
const finish = async (id: string | undefined) => {
  await bench.next('runs', (runs) => runs.some((one) => one.id === id && one.status === 'finished'));
  return id!;
};
const train = async (name: string, seeds: number[]) => {
  const network = networkOf({ types: 2, dim: 2, depth: 1 });
  return finish((await bench.call('queue.train', { name, dataset, network, training, seeds, engine: 'wasm' })).at(-1));
};
const alone = await train('On its own', [3]);
await bench.call('runs.edit', { ids: [alone], note: 'A note\nof two lines', addTags: ['frozen', 'first'], favourite: true });
const settings = [PruningSpec.parse({ criterion: 'l1', backbone: 0.5, batches: 1 })];
await finish((await bench.call('queue.prune', { parent: alone, settings, training, engine: 'wasm' })).at(-1));
const doomed = await train('Deleted', [4]);
await bench.call('runs.remove', { ids: [doomed] });
await bench.call('app.changeSettings', { theme: 'dark', notify: false });
await bench.call('app.keepViewState', { key: 'runs', value: { columns: ['name', 'accuracy'] } });
await bench.workbench.close();

// Without what has been overwritten, such as the name of the machine while it trained.
const database = new Database(db);
database.exec('VACUUM');
database.close();
rmSync(join(folder, 'reports'), { recursive: true });
