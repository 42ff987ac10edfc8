import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { studySchema, studySchemaFile } from './study-schema.ts';

it('the published JSON schema is the one that study files are checked with', () => {
  expect(readFileSync(studySchemaFile, 'utf8'), 'run: node src/cli/study-schema.ts').toBe(studySchema());
});
