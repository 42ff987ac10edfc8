/** A copy of what version 0.1 left, which the test may change. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { temporaryFolder } from '../store/fixtures.ts';

export const frozen = fileURLToPath(new URL('0.1', import.meta.url));

export function thawed(): string {
  const folder = temporaryFolder();
  cpSync(frozen, folder, { recursive: true });
  return folder;
}

/**
 * Identities of its two studies since schema 6. They change only with a default, or with what identifies a study: then
 * identifyStudies has to be among the migrations once more.
 */
export const identities = {
  finished: '8711b82a6815593ad14dee3af08dc99e702cf6e97e7ed163cfa9bc6a83d6a35e',
  halfDone: '2c3218cb0d2d48d1305d9d7779b171bc726db50fb7ab37fccf27fd85ad1d840c',
};

/** A study file, as it is read today. */
export const studyOf = (file: 'study.json' | 'half-done.json') => StudySpec.parse(JSON.parse(readFileSync(join(frozen, file), 'utf8')));
