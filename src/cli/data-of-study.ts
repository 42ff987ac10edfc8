/** The images of a study: those that its file names, or those that the command line gives instead. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SAMPLE } from '../datasets/load.ts';
import { unprepared, type PreparationSpec } from '../shared/spec/preparation.ts';
import { Store } from '../store/store.ts';
import { openData, type OpenedData } from './data.ts';
import type { StudyFile } from './study-file.ts';

/** What the command line asks for stands in for the study's own. */
const withReading = (preparation: PreparationSpec, reading: Record<string, string>): PreparationSpec =>
  Object.keys(reading).length === 0 ? preparation : { ...preparation, reading: { ...preparation.reading, ...reading } };

/** Throws an InputError when the database cannot be used: then nothing is written beside it either. */
export function mustBeUsable(db: string): void {
  if (existsSync(db)) new Store(db).close();
}

/** @param data paths from the command line, which stand in for the study's own. */
export function loadData(
  { spec, folder }: StudyFile,
  {
    data,
    reading = {},
    skipBad,
    db,
    json,
  }: { data: string[] | undefined; reading?: Record<string, string> | undefined; skipBad: boolean | undefined; db: string; json: boolean },
): Promise<OpenedData> {
  const { path, limitTrain, limitTest, preparation = unprepared, skipBad: skipBadOfStudy } = spec.data;
  const [base, named] = data ? ['.', data] : [folder, typeof path === 'string' ? [path] : path];
  const { limits } = preparation;
  return openData({
    paths: named.length === 1 && named[0] === SAMPLE ? named : named.map((one) => resolve(base, one)),
    preparation: {
      ...withReading(preparation, reading),
      limits: { ...limits, train: limitTrain ?? limits.train, test: limitTest ?? limits.test },
    },
    skipBad: skipBad ?? skipBadOfStudy ?? false,
    db,
    ask: !json,
  });
}
