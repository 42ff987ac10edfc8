/** What of a spec is worth telling: identities are taken over it, so that a field that is added later changes none. */
import { z } from 'zod';

/**
 * A value of the schema without every field that holds its default, keys in alphabetical order: two specs that mean the same
 * are the same JSON. `undefined` where nothing is left of an optional value.
 */
export function withoutDefaults(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.ZodType>(schema.shape).sort(([a], [b]) => (a < b ? -1 : 1));
    const told = fields.map(([key, field]) => [key, toldOf(field, (value as Record<string, unknown>)[key])] as const);
    return Object.fromEntries(told.filter(([, content]) => content !== undefined));
  }
  if (schema instanceof z.ZodRecord) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, content]) => [key, withoutDefaults(schema.valueType as z.ZodType, content)]));
  }
  if (schema instanceof z.ZodArray) return (value as unknown[]).map((item) => withoutDefaults(schema.element as z.ZodType, item));
  if (schema instanceof z.ZodUnion) {
    const option = (schema.options as z.ZodType[]).find((one) => one.safeParse(value).success);
    if (option) return withoutDefaults(option, value);
  }
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  )
    return withoutDefaults(schema.unwrap() as z.ZodType, value);
  throw new Error(`a value of ${schema.def.type} cannot be told from its default`);
}

/** Undefined when the field holds its default. */
function toldOf(field: z.ZodType, value: unknown): unknown {
  const content = withoutDefaults(field, value);
  const byDefault = defaultOf(field);
  return byDefault && JSON.stringify(content) === byDefault.text ? undefined : content;
}

/** There are few fields, and thousands of values are held against them. */
const defaults = new WeakMap<z.ZodType, { text: string | undefined } | null>();

/** What the field holds by default, as JSON; null where it has to be given. */
function defaultOf(field: z.ZodType): { text: string | undefined } | null {
  const known = defaults.get(field);
  if (known !== undefined) return known;
  const parsed = field.safeParse(undefined);
  const found = parsed.success ? { text: JSON.stringify(withoutDefaults(field, parsed.data)) } : null;
  defaults.set(field, found);
  return found;
}
