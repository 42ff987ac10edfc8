/**
 * `npm run engine:tensorflow`: sets up the engine `tensorflow`. Gets TensorFlow's C library and headers, compiles the
 * binding of @tensorflow/tfjs-node-gpu against them, trains a step, and only then takes the place of what was there.
 */
import { mkdtempSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../src/shared/input-error.ts';
import { tensorflowFolder } from '../src/store/location.ts';
import { compileBinding } from './tensorflow/binding.ts';
import { getLibrary } from './tensorflow/library.ts';
import { trainStep, verify } from './tensorflow/verify.ts';

const usage = `npm run engine:tensorflow [-- options]
  --cuda         with CUDA, for NVIDIA cards (Linux)
  --from <file>  a libtensorflow archive (.tar.gz) or a TensorFlow wheel (.whl) that is already here
  --keep         does nothing when it is set up already and works
  --folder <dir> another place than ${tensorflowFolder()}
  --help         prints this`;

/** What works elsewhere than on Linux, said before anything is downloaded. */
const elsewhere: Partial<Record<NodeJS.Platform, string>> = {
  win32:
    'TensorFlow cannot be set up on Windows: of @tensorflow/tfjs-node-gpu 4.22.0 there is no binary with CUDA for it, and TensorFlow has not supported CUDA on Windows since 2.11. The engine webgpu uses the graphics card there, whoever made it.',
  darwin:
    'TensorFlow cannot be set up on macOS: it has no CUDA there, and on the CPU the engine wasm needs no set-up. The engine webgpu uses the graphics card there.',
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cuda: { type: 'boolean' },
      from: { type: 'string' },
      keep: { type: 'boolean' },
      folder: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const refused = elsewhere[process.platform];
  if (refused) throw new InputError(refused);
  const target = values.folder ?? tensorflowFolder();
  if (values.keep && (await works(target))) return;
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(`${target}.new-`);
  const started = performance.now();
  const say = (text: string) => console.log(`[${((performance.now() - started) / 1000).toFixed(0)} s] ${text}`);
  try {
    const source = await getLibrary(folder, { cuda: values.cuda === true, from: values.from, say });
    say('Compiling the binding …');
    await compileBinding(folder);
    say('Training a step …');
    const report = await verify(folder, source);
    const old = `${folder}.old`;
    rmSync(old, { recursive: true, force: true });
    swap(folder, target, old);
    for (const line of report) say(line);
    if (values.cuda && !report.some((line) => line.startsWith('Device: GPU')))
      say('TensorFlow found no NVIDIA card that answers, so it computes on the CPU. Is the driver of NVIDIA installed?');
    say(`The engine tensorflow is set up in ${target}; removing that folder removes it.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the engine in a folder trains; says what it is. */
async function works(folder: string): Promise<boolean> {
  try {
    for (const line of await trainStep(folder).then(({ lines }) => lines)) console.log(line);
    return true;
  } catch {
    return false;
  }
}

/** Puts `folder` in the place of `target`; what was there goes. */
function swap(folder: string, target: string, old: string): void {
  try {
    renameSync(target, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  renameSync(folder, target);
  rmSync(old, { recursive: true, force: true });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof InputError ? error.message : error);
  process.exitCode = 1;
}
