/** Options that several commands share. */
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { existsSync } from 'node:fs';
import type { AtOnce } from '../shared/contract/index.ts';
import { InputError } from '../shared/input-error.ts';
import { defaultDatabasePath } from '../store/location.ts';
import { Store } from '../store/store.ts';

export const databaseOption = (): Option => new Option('--db <file>', 'database of runs').default(defaultDatabasePath(), "Capscope's own");
export const jsonOption = (): Option => new Option('--json', 'print one JSON document');

/** May be given several times, for a data set of several files. */
export const dataOption = (): Option =>
  new Option('--data <path>', "files, folder or archive with a data set, instead of the study's; may be given several times").argParser(
    (path: string, before: string[] | undefined) => [...(before ?? []), path],
  );

/** How many runs are trained at once. */
export const parallelOption = (): Option =>
  new Option(
    '--parallel <n>',
    'runs at once, which share the threads and compute the same numbers; auto: as many as threads and memory allow',
  )
    .argParser((text: string): AtOnce => (text === 'auto' ? text : integerBetween(1, 256)(text)))
    .default(1);

/** May be given several times, once for each thing that the files leave open. */
export const readingOption = (): Option =>
  new Option(
    '--reading <about=name>',
    'what to take where the files leave it open, e.g. orientation=turned; may be given several times',
  ).argParser((text: string, before: Record<string, string> | undefined) => {
    const [about, ...name] = text.split('=');
    if (!about || name.length === 0) throw new InvalidArgumentError('It must be two words with = between them, e.g. orientation=turned.');
    return { ...before, [about]: name.join('=') };
  });

/** Adds a command that works on the database. */
export function databaseCommand(program: Command, usage: string, description: string): Command {
  return program.command(usage).description(description).addOption(databaseOption());
}

/** Opens the database for a command that has nothing to do in an empty one, so that a mistyped path creates none. */
export async function withExistingStore<T>(path: string, work: (store: Store) => T | Promise<T>): Promise<T> {
  if (!existsSync(path)) throw new InputError(`there is no database ${path}; "npm run study" creates one`);
  const store = new Store(path);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

/** Parses an integer of a range; for commander. */
export const integerBetween =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) throw new InvalidArgumentError(`It must be an integer from ${low} to ${high}.`);
    return value;
  };

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
