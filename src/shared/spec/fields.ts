/**
 * The settings of a spec as a list, read off its zod schema: what each is called and means, its limits, its choices and
 * its default. Forms, the JSON schema of study files and the tables of the documentation are made of these.
 *
 * A schema says of a field what limits cannot say by `.meta()`, as the last call on it:
 *
 *     learningRate: z.number().positive().max(1).default(1e-3).meta({ title: 'Learning rate', description: '…' })
 */
import { z } from 'zod';

export interface Choice {
  /** As a list shows it: a few words, no full stop. */
  label: string;
  /** What choosing it means, in sentences. */
  help?: string;
}

declare module 'zod' {
  // Beside zod's own `title`, the label of the field, and `description`, which says in sentences what it means.
  interface GlobalMeta {
    /** What a number counts: "steps". */
    unit?: string;
    /** By how much one press of a key or the smallest movement of a slider changes it; by default 1 of whole numbers. */
    step?: number;
    /** A number from and to which there is little to choose otherwise: shown as a slider. */
    slider?: boolean;
    /** By value, in the order of a list; "null", "true" and "false" are values, too. */
    choices?: Record<string, Choice>;
    /** Seldom changed: folded away in forms. */
    advanced?: boolean;
  }
}

export interface Field {
  /** Where it stands in the spec: "measure.threshold", of every element of a list "backbone[].kernel". */
  path: string;
  title: string;
  description: string;
  unit: string | null;
  kind: 'integer' | 'number' | 'choice' | 'other';
  /** Least and greatest value, or the bound that it has to stay above or below. */
  min: number | null;
  max: number | null;
  above: number | null;
  below: number | null;
  step: number | 'any';
  slider: boolean;
  /** Values to choose from; of a boolean both, and null where it stands for something. */
  choices: (Choice & { value: string | boolean | null })[];
  nullable: boolean;
  required: boolean;
  /** Undefined where there is none. */
  default: unknown;
  advanced: boolean;
}

/** What zod makes of a schema, with the metadata as further keys. */
export interface JsonSchema extends Pick<z.GlobalMeta, 'title' | 'description' | 'unit' | 'step' | 'slider' | 'choices' | 'advanced'> {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: string[];
  const?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
}

export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;

/** Every field that holds a value, in the order of the schema. @param whole paths of objects and lists to take as one field. */
export function fieldsOf(schema: z.ZodType, ...whole: string[]): Field[] {
  const found = new Map<string, Field>();
  collect(jsonSchemaOf(schema), whole, '', found);
  return [...found.values()];
}

/** The field at a path. Throws where there is none: a spelling mistake of a form. */
export function fieldAt(schema: z.ZodType, path: string): Field {
  const field = fieldsOf(schema).find((one) => one.path === path);
  if (!field) throw new Error(`The schema has no field ${path}.`);
  return field;
}

/** Those inside an object or a list of objects, with paths from there: of "backbone[]." the settings of one block. */
export const fieldsIn = (fields: readonly Field[], place: string): Field[] =>
  fields.filter(({ path }) => path.startsWith(place)).map((field) => ({ ...field, path: field.path.slice(place.length) }));

export const valueAt = (spec: object, path: string): unknown =>
  path.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], spec);

/** The spec with another value at a path. */
export function withValue<T extends object>(spec: T, path: string, value: unknown): T {
  const [key = '', ...rest] = path.split('.');
  const inner = rest.length === 0 ? value : withValue((spec as Record<string, object>)[key]!, rest.join('.'), value);
  return { ...spec, [key]: inner };
}

function collect(schema: JsonSchema, whole: readonly string[], prefix: string, found: Map<string, Field>): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const path = prefix + name;
    const inside = whole.includes(path) ? [] : insideOf(property, path);
    // An object that may be null is a field itself, too.
    if (inside.length === 0 || property.anyOf) {
      const field = fieldOf(property, path, schema.required?.includes(name) ?? false);
      // The kinds of a layer differ in their kind, and share what they have in common.
      const known = found.get(path);
      if (!known) found.set(path, field);
      else if (property.const !== undefined) found.set(path, { ...known, choices: [...known.choices, ...field.choices] });
    }
    for (const { schema: object, prefix: at } of inside) collect(object, whole, at, found);
  }
}

/** The objects that a property or the elements of its list may be. */
function insideOf(property: JsonSchema, path: string): { schema: JsonSchema; prefix: string }[] {
  const objects = (schema: JsonSchema) => (schema.oneOf ?? schema.anyOf ?? [schema]).filter(({ properties }) => properties);
  return [
    ...objects(property).map((schema) => ({ schema, prefix: `${path}.` })),
    ...(property.items ? objects(property.items) : []).map((schema) => ({ schema, prefix: `${path}[].` })),
  ];
}

function fieldOf(property: JsonSchema, path: string, required: boolean): Field {
  const nullable = property.anyOf?.some(({ type }) => type === 'null') ?? false;
  const value = nullable ? { ...property.anyOf!.find(({ type }) => type !== 'null')!, ...property } : property;
  const choices = choicesOf(value, nullable);
  const whole = value.type === 'integer';
  const kind = whole
    ? 'integer'
    : value.type === 'number'
      ? 'number'
      : choices.some((choice) => choice.value !== null)
        ? 'choice'
        : 'other';
  return {
    path,
    title: value.title ?? '',
    description: value.description ?? '',
    unit: value.unit ?? null,
    kind,
    // zod bounds whole numbers by what a float can count; that is no limit of a setting.
    min: value.minimum === undefined || value.minimum === Number.MIN_SAFE_INTEGER ? null : value.minimum,
    max: value.maximum === undefined || value.maximum === Number.MAX_SAFE_INTEGER ? null : value.maximum,
    above: value.exclusiveMinimum ?? null,
    below: value.exclusiveMaximum ?? null,
    step: value.step ?? (whole ? 1 : 'any'),
    slider: value.slider ?? false,
    choices,
    nullable,
    required,
    default: property.default,
    advanced: value.advanced ?? false,
  };
}

function choicesOf({ type, enum: values, const: only, choices = {} }: JsonSchema, nullable: boolean): Field['choices'] {
  const known = type === 'boolean' ? [false, true] : (values ?? (only === undefined ? [] : [only]));
  const all = nullable && 'null' in choices ? [null, ...known] : known;
  const order = Object.keys(choices);
  const place = (value: Field['choices'][number]['value']) => order.indexOf(String(value));
  return all.toSorted((a, b) => place(a) - place(b)).map((value) => ({ ...(choices[String(value)] ?? { label: String(value) }), value }));
}
