/** What pruning cut, and by which scores. */
import { cutRank, ranking } from '../../shared/present/ranking.ts';
import { scoreChart } from '../charts/scores.ts';
import { table } from '../figure.ts';
import { real } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';
import type { Choice } from '../../shared/spec/fields.ts';
import { criterionChoices } from '../../shared/spec/pruning.ts';
import type { LayerCut } from '../../shared/results.ts';

const names: Record<string, Choice> = criterionChoices;

function scores(cuts: readonly LayerCut[]): Html {
  const rows = cuts.flatMap((cut) => {
    const kept = new Set(cut.kept);
    return ranking(cut).map((unit, rank) =>
      [cut.layer, rank + 1, `${cut.unit} ${unit}`, real(cut.scores[unit]!, 5), kept.has(unit) ? 'kept' : 'cut'].map((text) => ({ text })),
    );
  });
  return table({ head: ['layer', 'rank', 'unit', 'score', 'state'].map((text) => ({ text })), rows });
}

/** Many pruned runs are folded up, so that the page stays short. */
const OPEN = 3;

export function importance(runs: readonly RunView[]): Html | false {
  const pruned = runs.flatMap((run) => (run.analysis?.cut?.length ? [{ run, cuts: run.analysis.cut }] : []));
  if (pruned.length === 0) return false;
  const folds = pruned.map(({ run, cuts }, i) => {
    const criterion = run.record.pruning?.criterion ?? '';
    const cut = cuts.filter((layer) => layer.kept.length < layer.scores.length).length;
    const odd = cuts.some((layer) => cutRank(layer) === null);
    const id = `scores-${run.index}`;
    return markup`<details class="fold ${runClass(run)}"${i < OPEN && markup` open`}><summary><span class="swatch"></span>${run.record.name}: ${names[criterion]?.label ?? criterion}, ${cut} of ${cuts.length} layers cut</summary><figure id="${id}" class="multiple"><figcaption class="hidden">Importance scores of ${run.record.name}</figcaption><div class="graphic">${cuts.map((layer) => scoreChart(run, layer))}</div>${odd && markup`<p class="note">Where no line is drawn, whole capsule types were cut, not the single lowest scores.</p>`}<div class="tools"><details><summary>Data</summary><div class="scroll" role="region" tabindex="0" aria-label="Data: importance scores of ${run.record.name}">${scores(cuts)}</div></details><span class="save" hidden><button type="button" data-save="csv" aria-label="Save as CSV: importance scores of ${run.record.name}">CSV</button></span></div></figure></details>`;
  });
  return markup`<section id="importance"><h2>Channel importance</h2><p class="note">Scores of the network before the cut, sorted. Filled: kept. Pale: cut. The dashed line is the cut.</p>${folds}</section>`;
}
