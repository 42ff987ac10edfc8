/**
 * Writes the tables of settings into README.md and docs/, each between two comments:
 *
 *     <!-- settings: training -->
 *     <!-- /settings -->
 *
 *     node scripts/document-settings.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { fieldsOf, type Field } from '../src/shared/spec/fields.ts';
import { NetworkFamily, NetworkSpec } from '../src/shared/spec/network.ts';
import { PreparationSpec } from '../src/shared/spec/preparation.ts';
import { PruningSpec } from '../src/shared/spec/pruning.ts';
import { StudySpec } from '../src/shared/spec/study.ts';

const root = new URL('../', import.meta.url);

/** What has a table: fields as study files name them. */
export const documentedSettings: Record<string, readonly Field[]> = {
  study: fieldsOf(StudySpec, 'networks', 'training', 'pruning', 'data.preparation'),
  preparation: fieldsOf(PreparationSpec, 'size', 'split'),
  family: fieldsOf(NetworkFamily),
  network: fieldsOf(NetworkSpec),
  training: fieldsOf(StudySpec.shape.training.unwrap()),
  pruning: fieldsOf(PruningSpec),
};

/** README.md and every page of docs/. */
export const documents = (): URL[] => [
  new URL('README.md', root),
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => new URL(`docs/${name.replaceAll('\\', '/')}`, root)),
];

const code = (value: unknown) => `\`${JSON.stringify(value)}\``;

function limits({ kind, min, max, above, below }: Field): string {
  const low = above === null ? (min === null ? '' : `at least ${min}`) : `above ${above}`;
  const high = below === null ? (max === null ? '' : `at most ${max}`) : `below ${below}`;
  const range = min !== null && max !== null ? `${min} to ${max}` : [low, high].filter(Boolean).join(', ');
  return kind === 'integer' ? `whole, ${range}` : range;
}

function meaning({ title, description, unit, kind, choices }: Field): string {
  const shown = kind === 'other' ? choices.filter(({ value }) => value === null) : choices;
  const values = shown.map(({ value, label }) => (label === String(value) ? code(value) : `${code(value)}: ${label}`)).join('; ');
  const sentences = [
    title && `${title}.`,
    description,
    unit && !description.toLowerCase().includes(unit) ? `In ${unit}.` : '',
    values && `${values}.`,
  ];
  return sentences.filter(Boolean).join(' ').replaceAll('|', '\\|');
}

function tableOf(fields: readonly Field[]): string {
  const rows = fields.map((field) => [
    `\`${field.path}\``,
    field.required ? 'required' : field.default === undefined ? '' : code(field.default),
    limits(field),
    meaning(field),
  ]);
  const lines = [['field', 'default', 'limits', 'meaning'], ['-', '-', '-', '-'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const place = /<!-- settings: (\w+) -->[^]*?<!-- \/settings -->/g;

/** Names of the tables that a document has a place for. */
export const tablesIn = (text: string): string[] => [...text.matchAll(place)].map(([, name]) => name!);

/** The document with its tables as they have to be, formatted as all documents are. */
export async function withTables(text: string, file: URL): Promise<string> {
  const filled = text.replace(place, (_, name: string) => {
    const fields = documentedSettings[name];
    if (!fields) throw new Error(`There are no settings called ${name}; expected ${Object.keys(documentedSettings).join(', ')}.`);
    return `<!-- settings: ${name} -->\n\n${tableOf(fields)}\n\n<!-- /settings -->`;
  });
  const path = fileURLToPath(file);
  return format(filled, { ...(await resolveConfig(path)), filepath: path });
}

if (import.meta.main)
  for (const file of documents()) {
    const text = readFileSync(file, 'utf8');
    if (tablesIn(text).length > 0) writeFileSync(file, await withTables(text, file));
  }
