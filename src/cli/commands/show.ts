/** `capscope show <id>`: everything known of one run. */
import type { Command } from 'commander';
import type { Finding } from '../../shared/findings/finding.ts';
import { countAsMeasured } from '../../shared/inactive.ts';
import { measures, notesOn } from '../../shared/measures/catalogue.ts';
import { criteria, ruleText } from '../../shared/measures/criteria.ts';
import type { Measured } from '../../shared/measures/measured.ts';
import { layerName, withLayerNames } from '../../shared/present/layer-name.ts';
import { oneLine } from '../../shared/one-line.ts';
import type { EpochMetrics, LayerCut, RunRecord, ShownStatus } from '../../shared/results.ts';
import type { MeasureSpec } from '../../shared/spec/training.ts';
import { recordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { RunResult, StoredRun } from '../../store/types.ts';
import { accuracy, activation, count, duration, minute, plain, portion, real } from '../../shared/present/format.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { facts, lowered, table } from '../table.ts';

export function addShow(program: Command): void {
  databaseCommand(program, 'show', 'show one run')
    .argument('<id>', 'id of the run, or its first characters')
    .addOption(jsonOption())
    .action((prefix: string, { db, json }: { db: string; json?: true }) =>
      withExistingStore(db, (store) => {
        const stored = store.runByPrefix(prefix);
        const run = { ...stored, status: store.summaries([stored.id])[0]?.status ?? stored.status };
        const details = {
          run,
          record: recordOf(store, stored),
          study: run.study === null ? null : store.studies.get(run.study).name,
          dataset: store.dataset(run.dataset),
          epochs: store.results.epochs(run.id),
          ...(store.results.final(run.id) ?? { evaluation: null, analysis: null }),
          findings: store.findings.of(run.id),
          files: store.files.of(run.id),
        };
        if (json) printJson(details);
        else print(text(store, run, details));
      }),
    );
}

type Shown = Omit<StoredRun, 'status'> & { status: ShownStatus };

interface Details {
  record: RunRecord | null;
  study: string | null;
  dataset: { name: string };
  epochs: EpochMetrics[];
  analysis: RunResult['analysis'] | null;
  findings: Finding[];
}

function text(store: Store, run: Shown, { record, study, dataset, epochs, analysis, findings }: Details): string {
  const { measure } = run.spec.training;
  // A fault of Capscope's comes with the lines of its stack.
  const [error, ...stack] = run.error?.split('\n') ?? [];
  const parts = [
    facts([
      ['run', `${run.id} ${run.name}`],
      ['study', study ?? '-'],
      ['cut from', run.parent ?? '-'],
      ['status', error === undefined ? run.status : `${run.status}: ${error}`],
      ['data', dataset.name],
      ['seed', String(run.spec.seed)],
      ['engine', [run.engine ?? '-', ...Object.entries(run.versions).map(([name, version]) => `${name} ${version}`)].join(', ')],
      ['device', run.device ?? '-'],
      ['chosen because', run.choice ?? '-'],
      ['created', minute(run.created)],
    ]),
  ];
  if (stack.length > 0) parts.push(stack.map(oneLine).join('\n'));
  if (findings.length > 0)
    parts.unshift(findings.map(({ severity, text: found }) => `${severity}: ${plain(withLayerNames(found))}`).join('\n'));
  const measured = record ?? untested(run);
  parts.push(facts(resultFacts(measured)), ...notesOn(measures, [measured]));
  if (epochs.length > 0) parts.push(epochTable(epochs, measure));
  if (record && record.inactive.perLayer.length > 0)
    parts.push(`${layerTable(record, analysis)}\n\nInactive: ${ruleText(record.inactive)}, rounded to three decimals.`);
  if (run.cut) parts.push(cutTable(run.cut));
  if (record?.weights) parts.push(`weights  ${record.weights}`);
  const unfinished = store.files.find(run.id, 'checkpoint');
  if (unfinished) parts.push(`checkpoint  ${store.files.path(unfinished)}`);
  return parts.join('\n\n');
}

/** What is known of a run before its first test. */
function untested({ params, flops }: Pick<StoredRun, 'params' | 'flops'>): Measured {
  return { params, flops, weightBytes: 0, accuracy: null, loss: null, inactive: null, imagesPerSecond: null, peakMemoryBytes: null };
}

function resultFacts(run: Measured): [string, string][] {
  const known = measures.filter((measure) => measure.of(run) !== null);
  return known.map((measure): [string, string] => [lowered(measure.label), plain(measure.print(run))]);
}

function epochTable(epochs: EpochMetrics[], measure: MeasureSpec): string {
  const right = (head: string) => ({ head, align: 'right' as const });
  return table(
    ['epoch', 'train loss', 'train acc', 'test loss', 'test acc', 'inactive', 'images/s', 'time'].map(right),
    epochs.map(({ epoch, train, test, imagesPerSecond, seconds }) => [
      String(epoch),
      real(train.loss),
      plain(accuracy(train.accuracy)),
      real(test.loss),
      plain(accuracy(test.accuracy)),
      portion(countAsMeasured(test.activity, measure)),
      count(imagesPerSecond),
      duration(seconds),
    ]),
  );
}

function layerTable({ inactive }: RunRecord, analysis: RunResult['analysis'] | null): string {
  return table(
    [
      { head: 'layer' },
      { head: 'inactive', align: 'right' },
      { head: 'dead', align: 'right' },
      { head: 'coupling entropy', align: 'right' },
      { head: `${criteria[inactive.criterion].unit}, per capsule type` },
    ],
    inactive.perLayer.map(({ layer, inactive: total, of, activations }) => {
      const dead = analysis?.dead.find((d) => d.layer === layer);
      const coupling = analysis?.coupling.find((c) => c.layer === layer);
      return [
        layerName(layer),
        portion({ total, of }),
        dead ? portion({ total: dead.dead, of: dead.of }) : '-',
        coupling ? real(coupling.entropy, 3) : '-',
        activations.map(activation).join(' '),
      ];
    }),
  );
}

function cutTable(cut: LayerCut[]): string {
  return table(
    [{ head: 'cut layer' }, { head: 'kept', align: 'right' }, { head: 'unit' }],
    cut.map(({ layer, kept, scores, unit }) => [layerName(layer), `${kept.length} of ${scores.length}`, `${unit}s`]),
  );
}
