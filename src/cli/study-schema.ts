/**
 * The JSON schema of study files, for editors. Run directly it writes resources/study.schema.json:
 *
 *     node src/cli/study-schema.ts
 */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { StudySpec } from '../shared/spec/study.ts';

export const studySchemaFile = new URL('../../resources/study.schema.json', import.meta.url);

export function studySchema(): string {
  return `${JSON.stringify({ title: 'Capscope study', ...z.toJSONSchema(StudySpec, { io: 'input' }) }, null, 2)}\n`;
}

if (import.meta.main) writeFileSync(studySchemaFile, studySchema());
