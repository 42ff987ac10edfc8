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

/** A study file, as it is read today. */
export const studyOf = (file: 'study.json' | 'half-done.json') => StudySpec.parse(JSON.parse(readFileSync(join(frozen, file), 'utf8')));
