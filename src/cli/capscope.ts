/**
 * The terminal's commands. Each is a file in commands/; here they are put together, and here is decided how errors leave:
 * what the user can mend is one line on stderr and exit code 2; anything else is a fault of ours and shows its stack, code 1.
 */
import { Command, CommanderError } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { InputError } from '../shared/input-error.ts';
import { addCompare } from './commands/compare.ts';
import { addDevices } from './commands/devices.ts';
import { addExport } from './commands/export.ts';
import { addForecast } from './commands/forecast.ts';
import { addForward } from './commands/forward.ts';
import { addImportWeights } from './commands/import-weights.ts';
import { addInspect } from './commands/inspect.ts';
import { addLook } from './commands/look.ts';
import { addPredict } from './commands/predict.ts';
import { addRescue } from './commands/rescue.ts';
import { addRuns } from './commands/runs.ts';
import { addServe } from './commands/serve.ts';
import { addShow } from './commands/show.ts';
import { addStudy } from './commands/study.ts';
import { addSubmit } from './commands/submit.ts';
import { addImport } from './commands/import.ts';
import { addUnit } from './commands/unit.ts';
import { addUnits } from './commands/units.ts';

/** Runs one command and returns the exit code. */
export async function main(args: string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('capscope')
    .description('Train, prune and compare deep capsule networks.')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError(false);
  // Commander copies the settings above into each command when it is added.
  addStudy(program, (code) => (exitCode = code));
  for (const add of [
    addRuns,
    addShow,
    addCompare,
    addExport,
    addImport,
    addImportWeights,
    addRescue,
    addForecast,
    addForward,
    addLook,
    addDevices,
  ])
    add(program);
  addInspect(program, (code) => (exitCode = code));
  addPredict(program, (code) => (exitCode = code));
  addUnits(program);
  addUnit(program, (code) => (exitCode = code));
  addSubmit(program);
  addServe(program);
  program.argument('[command]').action((name?: string) => {
    const problem = name === undefined ? 'name a command' : `there is no command ${name}`;
    throw new InputError(`${problem}; choose from ${program.commands.map((command) => command.name()).join(', ')}`);
  });

  // A reader such as `head` may close the pipe before everything is written.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof CommanderError || error instanceof InputError) {
    const message = error.message.replace(/^error: /, '').replaceAll(/\s*\n\s*/g, ' ');
    process.stderr.write(`capscope: ${message}\n`);
    return 2;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
