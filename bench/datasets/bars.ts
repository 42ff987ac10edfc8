/** What reading data sets has to keep to, and whether it does. */
import { bytes, count, plain } from '../../src/shared/present/format.ts';
import type { ProgressReport, Report } from './contestant.ts';

export interface Standing extends Report {
  name: string;
  problem: string;
}

export interface Bar {
  what: string;
  needed: string;
  measured: string | null;
  /** Null: not measured. */
  met: boolean | null;
}

const bar = (what: string, needed: string, measured: string | null, met: boolean | undefined): Bar => ({
  what,
  needed,
  measured,
  met: measured === null ? null : (met ?? null),
});
export const seconds = (value: number): string => (value < 1 ? `${(1000 * value).toFixed(0)} ms` : `${value.toFixed(2)} s`);
const times = (value: number): string => `${value.toFixed(2)}×`;

/** As the problem is called. */
export const LARGE_ARRAY = 'NPY of 2.1 GiB, floats';

const SPARE_BYTES = 200e6;
/** Besides what is prepared, however large the files are. */
const LARGE_SPARE_BYTES = 300e6;

/**
 * Of what was not run, nothing is measured.
 * @param images of the folder of PNG files. @param watched null: not watched.
 */
export function barsOf(standings: Standing[], watched: ProgressReport | null, images: number): Bar[] {
  const find = (problem: string, name = 'Capscope') =>
    standings.find((one) => one.problem.startsWith(problem) && one.name.startsWith(name));
  const [png, jpeg, cifar] = [`${count(images)} PNG`, `${count(images)} JPEG`, 'CIFAR-10 binary, arrays'];
  const [idx, folders, arrays] = ['MNIST, IDX', png, cifar].map((problem) => find(problem));
  const photos = standings.find(({ problem }) => problem.includes('photos'));
  const [zip, array] = [find('ZIP'), find(LARGE_ARRAY)];
  /** How many times faster Capscope is than somebody else. */
  const over = (problem: string, name: string, needed: number, what: string): Bar => {
    const [own, other] = [find(problem), find(problem, name)];
    const ratio = own && other ? other.seconds / own.seconds : null;
    return bar(what, `≥ ${needed}×`, ratio === null ? null : times(ratio), ratio !== null && ratio >= needed);
  };
  const within = (what: string, limit: number, measured: number | undefined): Bar =>
    bar(
      what,
      `< ${limit < 1 ? `${1000 * limit} ms` : `${limit} s`}`,
      measured === undefined ? null : seconds(measured),
      measured !== undefined && measured < limit,
    );
  const memory = (what: string, limit: number, measured: number | undefined): Bar =>
    bar(
      what,
      `≤ ${plain(bytes(limit))}`,
      measured === undefined ? null : plain(bytes(measured)),
      measured !== undefined && measured <= limit,
    );
  const prepared = (standing: Standing | undefined, bytesEach: number): Bar[] =>
    standing ? [memory(`peak memory: ${standing.problem}`, standing.images * bytesEach + SPARE_BYTES, standing.peakBytes)] : [];
  const rate = folders && folders.images / folders.seconds;
  return [
    within('MNIST’s four IDX files ready', 0.5, idx?.seconds),
    bar('PNG files per second', '≥ 3,000', rate === undefined ? null : count(rate), rate !== undefined && rate >= 3000),
    over(png, 'Pillow', 2, 'PNG files: times faster than Pillow'),
    over(cifar, 'NumPy', 1, 'CIFAR-10: times faster than NumPy'),
    over(jpeg, 'Pillow', 0.5, 'JPEG files: Pillow’s speed per core'),
    within('ZIP of 300,000 files listed', 10, zip?.seconds),
    memory('peak memory: ZIP of 300,000 files listed', LARGE_SPARE_BYTES, zip?.peakBytes),
    memory(`peak memory: ${photos?.problem ?? 'photos'}`, LARGE_SPARE_BYTES, photos?.peakBytes),
    memory(`peak memory beyond what is prepared: ${LARGE_ARRAY}`, LARGE_SPARE_BYTES, array && array.peakBytes - array.images * 64 * 64),
    within('MNIST opened again', 0.1, find('MNIST, opened')?.seconds),
    ...prepared(idx, 784),
    ...prepared(folders, 784),
    ...prepared(arrays, 3072),
    bar(
      'longest silence while reading',
      '≤ 500 ms',
      watched && seconds(watched.longestSilence),
      watched !== null && watched.longestSilence <= 0.5,
    ),
    bar(
      'cancelled, and nothing left',
      '≤ 200 ms',
      watched && seconds(watched.cancel),
      watched !== null && watched.cancel <= 0.2 && watched.left.length === 0,
    ),
  ];
}
