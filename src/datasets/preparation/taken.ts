/** What a data set was taken for, in the words of whoever is about to train on it. */
import { count } from '../../shared/present/format.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import type { RawDataset, RawSplit } from '../raw.ts';
import { readingLine } from '../readings.ts';
import type { Scale } from './scale.ts';
import type { Labelled, Selection } from './select.ts';

const shown = 6;

/** Classes, split, orientation and range, a line each; a reader that had to decide about one of these says so in a note of its own. */
export function takenAs(
  { splits, labelled, scale }: { splits: RawSplit[]; labelled: Labelled; scale: Scale },
  { selection, spec }: { selection: Selection; spec: PreparationSpec },
  raw: RawDataset,
): string[] {
  const { classes, train, test } = selection;
  const names = classes.slice(0, shown).join(', ') + (classes.length > shown ? ', …' : '');
  const [{ images }] = splits as [(typeof splits)[number]];
  const columns = [...new Set(splits.flatMap(({ from }) => from.column ?? []))];
  const separate = images.kind === 'separate';
  const divided = spec.split.kind === 'own' ? 'as the data divide them' : 'divided anew, at random';
  const said = (word: string) => raw.problems.some(({ message }) => message.startsWith(word));
  const others = (raw.readings ?? []).filter(({ about }) => about !== 'orientation').map(readingLine);
  return [
    `Classes: ${classes.length} (${names}), from ${columns.length > 0 ? `${columns.join(' and ')} of ` : ''}${labelled.place}.`,
    `Split: ${count(train.labels.length)} training and ${count(test.labels.length)} test images, ${divided}.`,
    ...(splits[0]!.from.row && images.kind !== 'separate'
      ? [`Images: ${images.height} × ${images.width} pixels, ${splits[0]!.from.row}.`]
      : []),
    ...(said('Orientation:')
      ? []
      : [separate ? 'Orientation: upright, as the EXIF data of each file say.' : 'Orientation: row by row from the top, as stored.']),
    ...(said('Range:') || scale.notes.length > 0
      ? []
      : [
          separate
            ? 'Range: black to white of each file, of 8 or 16 bits.'
            : `Range: ${images.range[0]} is black, ${images.range[1]} white.`,
        ]),
    ...others,
  ];
}
