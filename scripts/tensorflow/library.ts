/** TensorFlow's C library and its headers: from the project itself, or out of its wheel for Python. */
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../src/shared/input-error.ts';
import { output } from './run.ts';

/** Versions that were tried. */
const LIBRARY = '2.18.0';
const WHEEL = '2.21.0';

/** Milliseconds for the first answer of the server. */
const PATIENCE = 10_000;

interface Options {
  cuda: boolean;
  /** An archive or a wheel that is here. */
  from: string | undefined;
  say: (text: string) => void;
}

/**
 * Fills `<folder>/deps/lib` and `<folder>/deps/include`. Returns where it came from, in words.
 * Throws an InputError when it can be had nowhere.
 */
export async function getLibrary(folder: string, { cuda, from, say }: Options): Promise<string> {
  const deps = join(folder, 'deps');
  mkdirSync(deps);
  if (from !== undefined) {
    if (!existsSync(from)) throw new InputError(`there is no file ${from}`);
    await unpack(resolve(from), deps, cuda, say);
    return from.endsWith('.whl') ? 'a wheel of TensorFlow' : 'an archive of libtensorflow';
  }
  const tried: string[] = [];
  // The project's own library expects CUDA on the system; the wheel brings it along.
  if (!cuda || hasCuda()) {
    try {
      return await official(deps, cuda, say);
    } catch (error) {
      tried.push(`libtensorflow: ${reason(error)}`);
      say(`libtensorflow cannot be downloaded (${reason(error)}); trying the wheel for Python …`);
    }
  }
  try {
    return await wheel(deps, cuda, say);
  } catch (error) {
    tried.push(`the wheel: ${reason(error)}`);
    throw new InputError(`TensorFlow cannot be had: ${tried.join('; ')}. A file that was downloaded elsewhere can be given with --from.`, {
      cause: error,
    });
  }
}

const reason = (error: unknown): string => {
  const { message, cause } = error as Error;
  return (cause instanceof Error ? cause.message : message).split('\n')[0]!;
};

function hasCuda(): boolean {
  const { stdout } = spawnSync('ldconfig', ['-p'], { encoding: 'utf8' });
  return /libcudart\.so\.12/.test(stdout) && /libcudnn\.so\.9/.test(stdout);
}

/** https://www.tensorflow.org/install/lang_c */
async function official(deps: string, cuda: boolean, say: Options['say']): Promise<string> {
  if (process.arch !== 'x64') throw new Error(`there is none for ${process.arch}`);
  const name = `libtensorflow-${cuda ? 'gpu' : 'cpu'}-linux-x86_64.tar.gz`;
  const url = `https://storage.googleapis.com/tensorflow/versions/${LIBRARY}/${name}`;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('the server does not answer')), PATIENCE);
  const response = await fetch(url, { signal: abort.signal }).finally(() => clearTimeout(timer));
  if (!response.ok || !response.body) throw new Error(`the server answers ${response.status}`);
  say(`Downloading ${url} …`);
  const file = join(deps, name);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
  await unpack(file, deps, cuda, say);
  rmSync(file);
  return `libtensorflow ${LIBRARY}`;
}

/** TensorFlow's wheel holds the same library and headers; whatever Python is here only fetches it. */
async function wheel(deps: string, cuda: boolean, say: Options['say']): Promise<string> {
  // The one without CUDA is smaller, but exists for x86 only.
  const name = cuda || process.arch !== 'x64' ? 'tensorflow' : 'tensorflow-cpu';
  const folder = join(deps, 'wheel');
  say(`Downloading the wheel ${name} ${WHEEL} with pip …`);
  const pick = ['--no-deps', '--only-binary=:all:', '--python-version=3.11', '--dest', folder];
  await output('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', ...pick, `${name}==${WHEEL}`]);
  await unpack(join(folder, readdirSync(folder)[0]!), deps, cuda, say);
  rmSync(folder, { recursive: true });
  return `the wheel ${name} ${WHEEL}`;
}

async function unpack(file: string, deps: string, cuda: boolean, say: Options['say']): Promise<void> {
  say('Unpacking …');
  if (!file.endsWith('.whl')) {
    await output('tar', ['-xzf', file, '-C', deps, './lib', './include']).catch(() =>
      output('tar', ['-xzf', file, '-C', deps, 'lib', 'include']),
    );
    return;
  }
  const python = fileURLToPath(new URL('unpack-wheel.py', import.meta.url));
  await output('python3', [python, file, deps]);
  renameSync(join(deps, 'tensorflow', 'include'), join(deps, 'include'));
  renameSync(join(deps, 'tensorflow'), join(deps, 'lib'));
  if (!cuda) return;
  const needs = readFileSync(join(deps, 'cuda-packages.txt'), 'utf8').split('\n').filter(Boolean);
  if (needs.length === 0) throw new InputError(`${file} is a wheel without CUDA`);
  say(`Downloading the libraries of CUDA with pip (${needs.length} packages, about 3 GB) …`);
  // TensorFlow looks for them in ../nvidia, seen from its library.
  const pick = ['--no-deps', '--only-binary=:all:', '--python-version=3.11', '--target', deps];
  await output('python3', ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check', ...pick, ...needs]);
}
