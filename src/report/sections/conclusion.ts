/** What the study shows: its sentences, and a row per network and arm over the seeds, as the terminal prints them. */
import { armNotes, armRows, type ArmRow } from '../../shared/present/arm-rows.ts';
import { count } from '../../shared/present/format.ts';
import { armChoices } from '../../shared/spec/arms.ts';
import type { StudyResults } from '../../shared/study-result.ts';
import { markup, type Html } from '../markup.ts';
import { likeClass, type RunView } from '../runs.ts';

const columns: { head: string; of: (row: ArmRow) => string }[] = [
  { head: 'Seeds', of: ({ n }) => n },
  { head: 'Test accuracy', of: ({ accuracy }) => accuracy },
  { head: 'Inactive', of: ({ inactive }) => inactive },
  { head: 'Collapsed', of: ({ collapsed }) => collapsed },
  { head: 'Against its twin', of: ({ difference }) => difference },
  { head: 'p', of: ({ p }) => p },
];

export function conclusion({ statistics, conclusion: findings }: StudyResults, runs: readonly RunView[], testImages: number): Html | false {
  if (statistics.arms.length === 0) return false;
  const byId = new Map(runs.map((run) => [run.record.id, run]));
  const rowOf = (row: ArmRow): Html => {
    const run = row.runs.map((id) => byId.get(id)).find((one) => one !== undefined);
    return markup`<tr><th scope="row">${run && markup`<span class="swatch ${likeClass(run)}"></span>`}${row.name} <small>${armChoices[row.arm].help}</small></th>${columns.map(
      (column) => markup`<td${column.head === 'Against its twin' && row.verdict && markup` class="${row.verdict}"`}>${column.of(row)}</td>`,
    )}</tr>`;
  };
  const bodies = armRows(statistics.arms).map(
    ({ network, cut, rows }) =>
      markup`<tbody><tr class="network"><th scope="rowgroup" colspan="${columns.length + 1}">${network}${cut !== null && `, cut ${cut}`}</th></tr>${rows.map(rowOf)}</tbody>`,
  );
  return markup`<section id="conclusion"><h2>What it shows</h2>${
    findings.length > 0 &&
    markup`<ul class="conclusion">${findings.map(({ text, verdict }) => markup`<li class="${verdict}">${text}</li>`)}</ul>`
  }<div class="scroll" role="region" tabindex="0" aria-label="Results by arm"><table class="results arms"><thead><tr><th scope="col">Arm</th>${columns.map(
    ({ head }) => markup`<th scope="col">${head}</th>`,
  )}</tr></thead>${bodies}</table></div><p class="note">${count(testImages)} test images. ${armNotes.join(' ')}</p></section>`;
}
