/** `capscope show <id>`: everything known of one run. */
import type { Command } from 'commander';
import { countInactive } from '../../shared/inactive.ts';
import type { EpochMetrics, LayerCut, RunRecord } from '../../shared/results.ts';
import type { MeasureSpec } from '../../shared/spec/training.ts';
import { recordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { RunResult, StoredRun } from '../../store/types.ts';
import { bytes, duration, integer, minute, percent } from '../format.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { facts, table } from '../table.ts';

export function addShow(program: Command): void {
  databaseCommand(program, 'show', 'show one run')
    .argument('<id>', 'id of the run, or its first characters')
    .addOption(jsonOption())
    .action((prefix: string, { db, json }: { db: string; json?: true }) =>
      withExistingStore(db, (store) => {
        const run = store.runByPrefix(prefix);
        const details = {
          run,
          record: recordOf(store, run),
          study: run.study === null ? null : store.study(run.study).name,
          dataset: store.dataset(run.dataset),
          epochs: store.epochs(run.id),
          ...(store.result(run.id) ?? { evaluation: null, analysis: null }),
          files: store.storedFiles(run.id),
        };
        if (json) printJson(details);
        else print(text(store, run, details));
      }),
    );
}

interface Details {
  record: RunRecord | null;
  study: string | null;
  dataset: { name: string };
  epochs: EpochMetrics[];
  analysis: RunResult['analysis'] | null;
}

function text(store: Store, run: StoredRun, { record, study, dataset, epochs, analysis }: Details): string {
  const { measure } = run.spec.training;
  const parts = [
    facts([
      ['run', `${run.id} ${run.name}`],
      ['study', study ?? '(imported)'],
      ['cut from', run.parent ?? '-'],
      ['status', run.error === null ? run.status : `${run.status}: ${run.error}`],
      ['data', dataset.name],
      ['seed', String(run.spec.seed)],
      ['engine', [run.engine ?? '-', ...Object.entries(run.versions).map(([name, version]) => `${name} ${version}`)].join(', ')],
      ['device', run.device ?? '-'],
      ['chosen because', run.choice ?? '-'],
      ['created', `${minute(run.created)} UTC`],
      ['parameters', integer(run.params)],
      ['FLOPs per image', integer(run.flops)],
    ]),
  ];
  if (record) parts.push(facts(resultFacts(record, measure)));
  if (epochs.length > 0) parts.push(epochTable(epochs, measure));
  if (record && record.inactive.perLayer.length > 0) parts.push(layerTable(record, analysis));
  if (run.cut) parts.push(cutTable(run.cut));
  if (record?.weights) parts.push(`weights  ${record.weights}`);
  const unfinished = store.file(run.id, 'checkpoint');
  if (unfinished) parts.push(`checkpoint  ${store.files.path(unfinished)}`);
  return parts.join('\n\n');
}

function resultFacts(record: RunRecord, measure: MeasureSpec): [string, string][] {
  const { inactive } = record;
  return [
    ['test accuracy', `${percent(record.accuracy)} (top 5: ${percent(record.top5)})`],
    ['test loss', record.loss.toFixed(4)],
    ['inactive capsules', `${inactive.total} / ${inactive.of} (${measure.criterion} at most ${measure.threshold})`],
    ['images/s', integer(record.imagesPerSecond)],
    ['peak memory', bytes(record.peakMemoryBytes)],
    ['size of weights', record.weightBytes > 0 ? bytes(record.weightBytes) : '-'],
  ];
}

function epochTable(epochs: EpochMetrics[], measure: MeasureSpec): string {
  const right = (head: string) => ({ head, align: 'right' as const });
  return table(
    ['epoch', 'train loss', 'train acc', 'test loss', 'test acc', 'inactive', 'images/s', 'time'].map(right),
    epochs.map(({ epoch, train, test, imagesPerSecond, seconds }) => {
      const { total, of } = countInactive(test.activity, measure.criterion, measure.threshold);
      return [
        String(epoch),
        train.loss.toFixed(4),
        percent(train.accuracy),
        test.loss.toFixed(4),
        percent(test.accuracy),
        `${total} / ${of}`,
        integer(imagesPerSecond),
        duration(seconds),
      ];
    }),
  );
}

function layerTable({ inactive }: RunRecord, analysis: RunResult['analysis'] | null): string {
  return table(
    [
      { head: 'layer' },
      { head: 'inactive', align: 'right' },
      { head: 'dead', align: 'right' },
      { head: 'coupling entropy', align: 'right' },
      { head: 'activation per capsule type' },
    ],
    inactive.perLayer.map(({ layer, inactive: count, of, activations }) => {
      const dead = analysis?.dead.find((d) => d.layer === layer);
      const coupling = analysis?.coupling.find((c) => c.layer === layer);
      return [
        layer,
        `${count} / ${of}`,
        dead ? `${dead.dead} / ${dead.of}` : '-',
        coupling ? coupling.entropy.toFixed(3) : '-',
        activations.map((value) => value.toFixed(3)).join(' '),
      ];
    }),
  );
}

function cutTable(cut: LayerCut[]): string {
  return table(
    [{ head: 'cut layer' }, { head: 'kept', align: 'right' }, { head: 'unit' }],
    cut.map(({ layer, kept, scores, unit }) => [layer, `${kept.length} of ${scores.length}`, `${unit}s`]),
  );
}
