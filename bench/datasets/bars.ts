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

/** @param images of the folder of PNG files. */
export function barsOf(standings: Standing[], watched: ProgressReport, images: number): Bar[] {
  const find = (problem: string, name = 'Capscope') =>
    standings.find((one) => one.problem.startsWith(problem) && one.name.startsWith(name));
  const png = `${count(images)} PNG`;
  const [idx, folders, pillow] = [find('MNIST, IDX')!, find(png)!, find(png, 'Pillow')];
  const [cifar, numpy, again] = [find('CIFAR-10 binary, arrays')!, find('CIFAR-10 binary, arrays', 'NumPy'), find('MNIST, opened')!];
  const jpeg = `${count(images)} JPEG`;
  const [jpegs, jpegPillow, zip, photos] = [
    find(jpeg)!,
    find(jpeg, 'Pillow'),
    find('ZIP'),
    standings.find(({ problem }) => problem.includes('photos'))!,
  ];
  const array = find(LARGE_ARRAY);
  const arraySpare = array ? array.peakBytes - array.images * 64 * 64 : null;
  const jpegOverPillow = jpegPillow ? jpegPillow.seconds / jpegs.seconds : null;
  const rate = folders.images / folders.seconds;
  const overPillow = pillow ? pillow.seconds / folders.seconds : null;
  const overNumpy = numpy ? numpy.seconds / cifar.seconds : null;
  return [
    bar('MNIST’s four IDX files ready', '< 500 ms', seconds(idx.seconds), idx.seconds < 0.5),
    bar('PNG files per second', '≥ 3,000', count(rate), rate >= 3000),
    bar(
      'PNG files: times faster than Pillow',
      '≥ 2×',
      overPillow === null ? null : times(overPillow),
      overPillow !== null && overPillow >= 2,
    ),
    bar('CIFAR-10: times faster than NumPy', '≥ 1×', overNumpy === null ? null : times(overNumpy), overNumpy !== null && overNumpy >= 1),
    bar(
      'JPEG files: Pillow’s speed per core',
      '≥ 0.5×',
      jpegOverPillow === null ? null : times(jpegOverPillow),
      jpegOverPillow !== null && jpegOverPillow >= 0.5,
    ),
    bar('ZIP of 300,000 files listed', '< 10 s', zip ? seconds(zip.seconds) : null, zip && zip.seconds < 10),
    bar(
      `peak memory: ${photos.problem}`,
      `≤ ${plain(bytes(LARGE_SPARE_BYTES))}`,
      plain(bytes(photos.peakBytes)),
      photos.peakBytes <= LARGE_SPARE_BYTES,
    ),
    bar(
      `peak memory beyond what is prepared: ${LARGE_ARRAY}`,
      `≤ ${plain(bytes(LARGE_SPARE_BYTES))}`,
      arraySpare === null ? null : plain(bytes(arraySpare)),
      arraySpare !== null && arraySpare <= LARGE_SPARE_BYTES,
    ),
    bar('MNIST opened again', '< 100 ms', seconds(again.seconds), again.seconds < 0.1),
    ...[idx, folders, cifar].map(({ problem, peakBytes, images: count }) => {
      const data = count * (problem.startsWith('CIFAR') ? 3072 : 784);
      return bar(
        `peak memory: ${problem}`,
        `≤ ${plain(bytes(data + SPARE_BYTES))}`,
        plain(bytes(peakBytes)),
        peakBytes <= data + SPARE_BYTES,
      );
    }),
    bar('longest silence while reading', '≤ 500 ms', seconds(watched.longestSilence), watched.longestSilence <= 0.5),
    bar('cancelled, and nothing left', '≤ 200 ms', seconds(watched.cancel), watched.cancel <= 0.2 && watched.left.length === 0),
  ];
}
