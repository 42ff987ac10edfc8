/** A process that trains the first unfinished run of a store without pause, for kill.test.ts to kill. Arguments: database, epochs. */
import { Store } from '../../src/store/store.ts';
import { engine, metrics, result, resultFiles } from './fixtures.ts';

const [path, epochs] = process.argv.slice(2) as [string, string];
const store = new Store(path);
const run = store.runs().find(({ status }) => status !== 'finished')!;
store.training.claim(run.id, engine);
for (let epoch = (store.results.epochs(run.id).at(-1)?.epoch ?? 0) + 1; epoch <= Number(epochs); epoch++) {
  const checkpoint = new Uint8Array(200_000).fill(epoch);
  store.training.recordEpoch(run.id, metrics(epoch), checkpoint);
  process.stdout.write(`${epoch}\n`);
}
store.training.recordFinish(run.id, { ...resultFiles(run.spec.network), ...result(0.9) });
store.close();
