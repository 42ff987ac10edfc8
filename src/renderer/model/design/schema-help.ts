/** What the JSON schema of study files says of a place in one: which fields may stand there, and which values. */

export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  $ref?: string;
  $defs?: Record<string, Schema>;
}

/** From the outside in: names of fields, places in lists. */
export type Path = readonly (string | number)[];

/** Every alternative that may stand at a path. */
export function schemasAt(root: Schema, path: Path): Schema[] {
  let here = alternatives(root, root);
  for (const part of path)
    here = here.flatMap((schema) => {
      const inner = typeof part === 'number' ? schema.items : schema.properties?.[part];
      return inner ? alternatives(root, inner) : [];
    });
  return here;
}

function alternatives(root: Schema, schema: Schema): Schema[] {
  const { $ref, anyOf = [], oneOf = [], allOf = [], title, description } = schema;
  if ($ref !== undefined) {
    const target = root.$defs?.[$ref.replace('#/$defs/', '')];
    return target ? alternatives(root, target) : [];
  }
  const inner = [...anyOf, ...oneOf, ...allOf];
  if (inner.length === 0) return [schema];
  // What a choice is called holds for each of its kinds that has no name of its own.
  const named = { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
  return inner.flatMap((one) => alternatives(root, one)).map((one) => ({ ...named, ...one }));
}

export interface Suggestion {
  label: string;
  /** What it is called, and what it means. */
  detail: string;
  info: string;
}

/** Fields that may stand in the object at a path and do not yet. */
export function fieldSuggestions(root: Schema, path: Path, present: ReadonlySet<string>): Suggestion[] {
  const found = new Map<string, Suggestion>();
  for (const { properties = {} } of schemasAt(root, path))
    for (const [label, field] of Object.entries(properties)) {
      if (present.has(label) || found.has(label)) continue;
      const [told = field] = alternatives(root, field);
      found.set(label, { label, detail: field.title ?? told.title ?? '', info: field.description ?? told.description ?? '' });
    }
  return [...found.values()];
}

/** Values that may stand at a path, as they are written, where there are few; its default among them. */
export function valueSuggestions(root: Schema, path: Path): Suggestion[] {
  const values = schemasAt(root, path).flatMap((schema) => [
    ...(schema.enum ?? []),
    ...('const' in schema ? [schema.const] : []),
    ...(schema.type === 'boolean' ? [true, false] : []),
    ...(schema.type === 'null' ? [null] : []),
    ...('default' in schema && typeof schema.default !== 'object' ? [schema.default] : []),
  ]);
  return [...new Set(values.map((value) => JSON.stringify(value)))].map((label) => ({ label, detail: '', info: '' }));
}
