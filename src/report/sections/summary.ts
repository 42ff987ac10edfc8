/** The result in one table, and in a few large figures where one pruned network meets one unpruned one. */
import { measureOf, measuresIn, notesOn } from '../../shared/measures/catalogue.ts';
import { ruleText } from '../../shared/measures/criteria.ts';
import { accuracy, count, inactiveShare, percent } from '../../shared/present/format.ts';
import { markup, type Html, type Part } from '../markup.ts';
import { runClass, splitName, type RunView } from '../runs.ts';
import { scatter } from '../charts/scatter.ts';
import { figure } from '../figure.ts';
import { seeds } from './seeds.ts';

const columns = measuresIn('table');

/** Cells of a measure; inactive capsules are shown layer by layer too. */
const withLayers = (id: string, cell: Part, layers: Part): Html =>
  id === 'inactive' ? markup`<td>${cell}</td><td>${layers}</td>` : markup`<td>${cell}</td>`;

function rowsOf(run: RunView): Html {
  const { record, baseline } = run;
  const note = record.status === 'finished' ? (record.role === 'source' ? 'before the cut' : null) : record.status;
  const layers = record.inactive.perLayer.map(({ inactive }) => inactive).join(' · ');
  const row = markup`<tr class="${runClass(run)}"><th scope="row"><span class="swatch"></span>${record.name}${note && markup` <small>${note}</small>`}</th>${columns.map(
    (measure) => withLayers(measure.id, measure.print(record), layers),
  )}</tr>`;
  if (!baseline) return row;
  return markup`${row}<tr class="difference ${runClass(run)}"><th scope="row">difference to ${splitName(baseline.record.name).head}</th>${columns.map(
    (measure) => withLayers(measure.id, measure.difference(record, baseline.record), null),
  )}</tr>`;
}

/** Four figures that say how the pruned run fared; nothing where there is more than one pair to compare. */
function headline(runs: readonly RunView[]): Html | false {
  const pruned = runs.filter((run) => run.baseline && run.record.status === 'finished');
  const [run] = pruned;
  if (pruned.length !== 1 || !run?.baseline) return false;
  const [after, before] = [run.record, run.baseline.record];
  return markup`<dl class="tiles" aria-label="${before.name} to ${after.name}">${['accuracy', 'inactive', 'params', 'flops']
    .map(measureOf)
    .map(
      (measure) =>
        markup`<div><dt>${measure.label}</dt><dd><span class="change"><span>${measure.print(before)}</span> <span aria-label="to">→</span> <strong>${measure.print(after)}</strong></span><span class="by">${measure.difference(after, before)}</span></dd></div>`,
    )}</dl>`;
}

export function summary(runs: readonly RunView[], dataset: string): Html {
  const compared = runs.filter(({ record }) => record.role !== 'source');
  const records = runs.map(({ record }) => record);
  const tradeOff =
    compared.length > 3 &&
    markup`<div class="figures">${figure(
      scatter({
        id: 'accuracy-and-inactive',
        title: 'Accuracy and inactive capsules',
        note: 'One mark per run; up and to the left is better.',
        x: { label: 'inactive capsules', tick: '%', exact: (v) => percent(v) },
        y: { label: 'test accuracy', tick: '%', exact: accuracy },
        points: compared.map((run) => ({ run, x: inactiveShare(run.record.inactive), y: run.record.accuracy })),
      }),
    )}${figure(
      scatter({
        id: 'accuracy-and-parameters',
        title: 'Accuracy and size',
        note: 'One mark per run; up and to the left is better.',
        x: { label: 'parameters', tick: 's', exact: count },
        y: { label: 'test accuracy', tick: '%', exact: accuracy },
        points: compared.map((run) => ({ run, x: run.record.params, y: run.record.accuracy })),
      }),
    )}</div>`;
  return markup`<section id="summary"><h2>Result</h2>${headline(runs)}<div class="scroll" role="region" tabindex="0" aria-label="Result of every run"><table class="results"><thead><tr><th scope="col">Run</th>${columns.map(
    ({ id, head, label }) =>
      markup`<th scope="col" title="${label}">${head}</th>${id === 'inactive' && markup`<th scope="col">by layer</th>`}`,
  )}</tr></thead><tbody>${runs.map(rowsOf)}</tbody></table></div><p class="note">Inactive capsules: of the intermediate capsule layers, by ${rulesText(runs)}, rounded to three decimals; by layer from the input upwards. Dead: longer than the threshold on no test image. pp: percentage points.</p>${notesOn(columns, records).map((note) => markup`<p class="note">${note}</p>`)}${findings(runs)}${seeds(runs, dataset)}${tradeOff}</section>`;
}

/** How the runs were judged, e.g. "length of the mean vector at most 0.01". */
export function rulesText(runs: readonly RunView[]): string {
  return [...new Set(runs.map(({ record }) => ruleText(record.inactive)))].join('; ');
}

/** A line for every run that has found out something about itself. */
function findings(runs: readonly RunView[]): Html | false {
  const found = runs.filter(({ record }) => record.findings.length > 0);
  return (
    found.length > 0 &&
    markup`<h3>Findings</h3><ul class="note">${found.map(
      (run) =>
        markup`<li class="${runClass(run)}"><strong>${run.record.name}</strong>: ${run.record.findings.map(({ text }) => text).join(' ')}</li>`,
    )}</ul>`
  );
}
