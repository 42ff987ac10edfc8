/** docs/commands.md names every command and option of the terminal, and what `study --json` prints. */
import { Command } from 'commander';
import { readdirSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { PooledStatistics } from '../../src/shared/statistics/pooled.ts';
import { ArmStatistics, ControlStatistics } from '../../src/shared/statistics/statistics.ts';
import { recordOf } from '../../src/store/records.ts';
import { thawed } from '../frozen/frozen-folder.ts';
import { openStore } from '../store/fixtures.ts';
import type { Inspection } from '../../src/cli/commands/inspect.ts';
import { codeIn, page, tableOf } from './pages.ts';

const commands = page('commands.md');
const program = new Command();

type Add = (program: Command, exit: () => void) => void;

beforeAll(async () => {
  const folder = new URL('../../src/cli/commands/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => !name.endsWith('.test.ts'))) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const [name, add] of Object.entries(module)) if (/^add[A-Z]/.test(name)) (add as Add)(program, () => undefined);
  }
});

it('names every command', () => {
  const documented = tableOf(commands, 'command').map(([usage]) => codeIn(usage!)[0]!.split(' ')[0]!);
  expect(documented.toSorted()).toEqual(program.commands.map((command) => command.name()).toSorted());
});

it('names every option, and of which commands it is one', () => {
  const documented = tableOf(commands, 'option', 'of').flatMap(([option, of]) =>
    codeIn(of!).map((command) => `${command} ${codeIn(option!)[0]!.split(' ')[0]!}`),
  );
  const there = program.commands.flatMap((command) => command.options.map(({ long }) => `${command.name()} ${long!}`));
  expect(documented.toSorted()).toEqual(there.toSorted());
});

/** The same shape with every value left out; of a list, that of its first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return typeof value[0] === 'object' ? [shapeOf(value[0])] : [];
  if (typeof value !== 'object' || value === null) return 'value';
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, shapeOf(entry)]));
}

it('shows what study --json prints', () => {
  const text = /```jsonc\n([^]*?)```/.exec(commands.text)![1]!;
  const documented = JSON.parse(text.replaceAll(/ \/\/ .*/g, '').replaceAll(/,(\s*[\]}])/g, '$1')) as Record<string, unknown>;
  // A field that StudyResult gets has to be written down here, and then there.
  const fields: Record<keyof StudyResult, true> = {
    ...{ study: true, engine: true, dataset: true, runs: true },
    ...{ statistics: true, controls: true, pooled: true, conclusion: true, kinds: true, report: true },
  };
  expect(Object.keys(documented)).toEqual(Object.keys(fields));

  const store = openStore(thawed());
  const pruned = store.runs(store.studies.list()[1]!.id).find(({ spec }) => spec.pruning !== null)!;
  expect(shapeOf(documented['runs'])).toEqual(shapeOf([recordOf(store, pruned)]));
  expect(Object.keys(ArmStatistics.parse((documented['statistics'] as unknown[])[0]))).toEqual(Object.keys(ArmStatistics.shape));
  expect(Object.keys(PooledStatistics.parse((documented['pooled'] as unknown[])[0]))).toEqual(Object.keys(PooledStatistics.shape));
  expect(Object.keys(ControlStatistics.parse((documented['controls'] as unknown[])[0]))).toEqual(Object.keys(ControlStatistics.shape));
});

it('shows what inspect --json prints', () => {
  const fields: Record<keyof Inspection, true> = {
    ok: true,
    name: true,
    format: true,
    train: true,
    test: true,
    classes: true,
    shape: true,
    taken: true,
    notes: true,
    readings: true,
    problems: true,
  };
  const documented = /inspect <path> --json` prints `\{(.*?)\}\]\}`/s.exec(commands.text)![1]!;
  expect([...documented.replaceAll(/\{[^}]*\}?/g, '').matchAll(/"(\w+)"/g)].map(([, field]) => field)).toEqual(Object.keys(fields));
});
