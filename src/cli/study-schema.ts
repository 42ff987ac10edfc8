/**
 * The JSON schema of study files, for editors. Run directly it writes resources/study.schema.json:
 *
 *     node src/cli/study-schema.ts
 */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { JsonSchema } from '../shared/spec/fields.ts';
import { StudySpec } from '../shared/spec/study.ts';

export const studySchemaFile = new URL('../../resources/study.schema.json', import.meta.url);

export function studySchema(): string {
  const schema = z.toJSONSchema(StudySpec, { io: 'input', override: ({ jsonSchema }) => forEditors(jsonSchema as JsonSchema) });
  return `${JSON.stringify({ title: 'Capscope study', ...schema }, null, 2)}\n`;
}

/** What only forms need goes; what a choice means is said as editors know it. */
function forEditors(schema: JsonSchema): void {
  const { choices } = schema;
  if (choices && schema.enum) Object.assign(schema, { enumDescriptions: schema.enum.map((value) => choices[value]?.label ?? value) });
  for (const key of ['choices', 'unit', 'step', 'slider', 'advanced']) Reflect.deleteProperty(schema, key);
}

if (import.meta.main) writeFileSync(studySchemaFile, studySchema());
