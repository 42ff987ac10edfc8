/** Which classes are told apart. */
import { confusionMatrix } from '../charts/confusion.ts';
import { lineChart } from '../charts/lines.ts';
import { figure } from '../figure.ts';
import { percent } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import type { RunView } from '../runs.ts';

/** More classes than this do not fit into a matrix that can be read. */
const READABLE = 20;

export function classes(runs: readonly RunView[], names: readonly string[]): Html | false {
  const tested = runs.flatMap((run) => (run.evaluation ? [{ run, confusion: run.evaluation.confusion }] : []));
  if (tested.length === 0) return false;
  const perClass = lineChart({
    id: 'class-accuracy',
    title: 'Accuracy by class',
    note: 'Share of the test images of each class that were recognised.',
    x: { label: 'class', categories: names },
    y: { label: 'accuracy', tick: '%', exact: (v) => percent(v) },
    lines: tested.map(({ run, confusion }) => ({
      run,
      points: confusion.map((row, i) => ({ x: i, y: row[i]! / row.reduce((sum, n) => sum + n, 0) })),
    })),
    wide: true,
  });
  const matrices =
    names.length <= READABLE &&
    markup`<details class="fold"${tested.length <= 3 && markup` open`}><summary>Confusion matrices</summary><div class="matrices">${tested.map(({ run, confusion }) => confusionMatrix(run, confusion, names))}</div></details>`;
  return markup`<section id="classes"><h2>Classes</h2><div class="figures">${figure(perClass)}</div>${matrices}</section>`;
}
