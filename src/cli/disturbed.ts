/** `capscope look --disturb`: what a network reads of test images that are disturbed more and more. */
import { openNetwork } from '../shared/inside/open-network.ts';
import { disturbances, type Disturbance, type RobustnessPoint } from '../shared/inside/robustness.ts';
import { accuracy, plain, real } from '../shared/present/format.ts';
import { print, printJson } from './options.ts';
import { runText } from './look-text.ts';
import { imagesOf, type OpenedRun } from './opened-run.ts';
import { facts, table } from './table.ts';

/** Test images that are looked at. */
const IMAGES = 1000;

export async function printDisturbed(opened: OpenedRun, kind: Disturbance, { db, json }: { db: string; json?: true }): Promise<void> {
  const { run, task } = opened;
  // Here, so that no other command waits for the engine to be loaded.
  const { startEngine } = await import('../trainer/node/engine.ts');
  const { robustness } = await import('../engine/jobs/robustness.ts');
  const network = openNetwork(task);
  const dataset = await imagesOf(opened, db);
  const engine = await startEngine({ engine: 'wasm' });
  const { label, unit, help, values } = disturbances[kind];
  const points: RobustnessPoint[] = [];
  try {
    await robustness({ network, kind, values, images: IMAGES }, dataset, engine, { shouldStop: () => false }, (point) =>
      points.push(point),
    );
  } finally {
    engine.dispose();
  }
  const images = Math.min(IMAGES, dataset.test.labels.length);
  if (json) {
    printJson({ run: { id: run.id, name: run.name }, kind, images, points });
    return;
  }
  const right = (head: string) => ({ head, align: 'right' as const });
  print(
    [
      facts([
        ['run', runText(run, task.checkpointOf !== null)],
        [label.toLowerCase(), help],
        ['images', String(images)],
      ]),
      table(
        [right(unit === '' ? label.toLowerCase() : unit), right('accuracy'), right('right class'), right('longest wrong class')],
        points.map((point) => [String(point.value), plain(accuracy(point.accuracy)), real(point.right, 3), real(point.wrong, 3)]),
      ),
    ].join('\n\n'),
  );
}
