/** `capscope inspect <path>…`: what a path is, as a data set, and what is wrong with it. */
import type { Command } from 'commander';
import { countImages } from '../../datasets/facts.ts';
import { loadPaths, type Loaded } from '../../datasets/load.ts';
import type { Problem } from '../../datasets/raw.ts';
import { readingLine, type Reading } from '../../datasets/readings.ts';
import { InputError } from '../../shared/input-error.ts';
import { oneLine } from '../../shared/one-line.ts';
import { count } from '../../shared/present/format.ts';
import { jsonOption, print, printJson, readingOption } from '../options.ts';
import { ReadingProgress } from '../reading-progress.ts';
import { table } from '../table.ts';

/** What --json prints. */
export interface Inspection {
  /** Whether there is anything to train on. */
  ok: boolean;
  name: string | null;
  format: string | null;
  /** Numbers of images. */
  train: number;
  test: number;
  /** Names. */
  classes: string[];
  /** Height, width and channels of the images as they would be used; null when there are none. */
  shape: [number, number, number] | null;
  /** What was taken as classes, split, orientation and range. */
  taken: string[];
  /** What the files leave open, what was taken, and what else fits. */
  readings: Reading[];
  /** What was decided because the data leave it open. */
  notes: string[];
  /** What cannot be read, or why nothing can. */
  problems: Problem[];
}

export function addInspect(program: Command, exit: (code: number) => void): void {
  program
    .command('inspect')
    .description('say what data set a path holds, and what is wrong with it')
    .argument('<path...>', 'files, folders or archives of one data set; "sample" is the bundled one')
    .addOption(readingOption())
    .addOption(jsonOption())
    .action(async (paths: string[], { json, reading }: { json?: true; reading?: Record<string, string> }) => {
      const progress = new ReadingProgress(process.stderr);
      const options = { onProgress: progress.report.bind(progress), reading };
      try {
        const loaded = await loadPaths(paths, options).finally(() => progress.end());
        if (json) printJson(inspectionOf(loaded));
        else print(describeLoaded(loaded));
      } catch (error) {
        if (!(error instanceof InputError) || !json) throw error;
        printJson(nothing(error.message));
        exit(2);
      }
    });
}

function inspectionOf({ dataset, format, taken, readings, notes, problems }: Loaded): Inspection {
  const { name, shape, classes } = dataset;
  const { train, test } = countImages(dataset);
  return {
    ok: true,
    name,
    format,
    train,
    test,
    classes,
    shape: [shape.height, shape.width, shape.channels],
    taken,
    readings,
    notes,
    problems,
  };
}

const nothing = (message: string): Inspection => ({
  ok: false,
  name: null,
  format: null,
  train: 0,
  test: 0,
  classes: [],
  shape: null,
  taken: [],
  readings: [],
  notes: [],
  problems: [{ file: null, message }],
});

function describeLoaded({ dataset, format, taken, readings, notes, problems }: Loaded): string {
  const { name, shape, classes } = dataset;
  const { train, test, trainPerClass, testPerClass } = countImages(dataset);
  const channels = shape.channels === 1 ? 'grey' : shape.channels === 3 ? 'RGB' : `${shape.channels} channels`;
  const parts = [
    `${oneLine(name)}: ${format}, ${count(train)} training and ${count(test)} test images of ${shape.height} × ${shape.width}, ${channels}`,
    table(
      [{ head: 'class' }, { head: 'training', align: 'right' }, { head: 'test', align: 'right' }],
      classes.map((label, i) => [label, count(trainPerClass[i]!), count(testPerClass[i]!)]),
    ),
    [...taken, ...readings.filter(({ about }) => about === 'orientation').map(readingLine), ...notes].map(oneLine).join('\n'),
    problems.length > 0
      ? [
          `Left out (${count(problems.length)}):`,
          ...problems.map(({ file, message }) => `  ${oneLine(file === null ? message : `${file}: ${message}`)}`),
        ].join('\n')
      : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}
