/** Saving what an image makes of a network: the figure, the table, and all numbers. */
import type { RunDetail } from '../../../shared/contract/index.ts';
import type { Look } from '../../../shared/inside/look.ts';
import { lookTensors } from '../../../shared/inside/tensors.ts';
import { fileName } from '../../../shared/present/file-name.ts';
import { encodeSafetensors } from '../../../shared/safetensors.ts';
import { pageLook } from '../../charts/page-look.ts';
import { saveCsv, saveDrawing } from '../../charts/save-chart.ts';
import type { MenuEntry } from '../../components/menu.ts';
import { saveFile } from '../../state/actions.ts';
import { attempt } from '../../state/messages.ts';
import { onPaper, theme } from '../../state/theme.svelte.ts';
import { graphRows } from './graph-table.ts';

interface Shown {
  run: RunDetail;
  look: Look;
  iteration: number;
  /** Undefined while a table is shown. */
  svg: SVGSVGElement | undefined;
  /** As a program is to know it. */
  image: string;
  /** Name of the run where there are several. */
  of: string | null;
}

export function savingEntries({ run, look, iteration, svg, image, of }: Shown): MenuEntry[] {
  const title = `Inside ${run.summary.name}`;
  const what = (text: string) => (of === null ? text : `${text}: ${of}`);
  const drawings = svg
    ? (['png', 'svg'] as const).map((kind) => ({
        label: what(`Save as ${kind.toUpperCase()}`),
        action: () => void attempt(() => onPaper(() => saveDrawing(kind, title, svg, pageLook(theme.dark).back))),
      }))
    : [];
  const table = () => [
    ['layer', 'type', 'longest', 'mean', 'gives most to', 'share', 'on the strongest path'],
    ...graphRows(look, run.classes, iteration).map(({ layer, type, longest, mean, gives, path }) => [
      ...[layer, type, longest, mean, gives?.type ?? '', gives?.share ?? '', path ? 'yes' : 'no'],
    ]),
  ];
  const numbers = () => encodeSafetensors(lookTensors(look, { 'capscope.run': run.summary.id, 'capscope.image': image }));
  return [
    ...drawings,
    { label: what('Save the table as CSV'), action: () => void saveCsv(title, table()) },
    { label: what('Save all numbers as safetensors'), action: () => void saveFile(`${fileName(title)}.safetensors`, numbers()) },
  ];
}
