/**
 * Makes the folder of `npm run bench:gpu -- --bundle`: Node.js (compressed), Dawn, the Vulkan loader, the compiled
 * benchmark and the PyTorch peers. Nothing in it needs an installation; run.sh starts it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { bytes, plain } from '../../src/shared/present/format.ts';
import { InputError } from '../../src/shared/input-error.ts';

const require = createRequire(import.meta.url);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const LIMIT = 60 * 2 ** 20;

/** Debian's packages of the Vulkan loader, and of what NVIDIA's driver links to even without a screen. */
const VULKAN_PACKAGES = ['libvulkan1', 'libx11-6', 'libxext6', 'libxcb1', 'libxau6', 'libxdmcp6', 'libbsd0', 'libmd0'];

/** Refuses a folder that has something in it; throws an InputError when the bundle would be too large. */
export async function makeBundle(target: string, progress: (line: string) => void): Promise<void> {
  const folder = resolve(target);
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new InputError('the bundle can be made on Linux (x64) only');
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new InputError(`${folder} is not empty`);
  mkdirSync(folder, { recursive: true });
  progress('Compiling the benchmark');
  await compile(folder);
  copyModules(join(folder, 'node_modules'));
  cpSync(here('../../out/kernels'), join(folder, 'kernels'), { recursive: true });
  cpSync(here('../peers'), join(folder, 'peers'), { recursive: true, filter: (path) => !path.includes('__pycache__') });
  cpSync(here('run.sh'), join(folder, 'run.sh'));
  progress('Fetching the Vulkan loader');
  vulkanLoader(join(folder, 'vulkan'), progress);
  progress('Compressing Node.js');
  compressNode(folder);
  const size = sizeOf(folder);
  if (size > LIMIT) throw new InputError(`the bundle has ${plain(bytes(size))}, more than ${plain(bytes(LIMIT))}`);
  progress(`${folder}: ${plain(bytes(size))}. Copy it to the machine and start run.sh there.`);
}

/** Only what a machine with a card needs: readers of data sets and the engine tensorflow stay out. */
async function compile(folder: string): Promise<void> {
  const bundle = await rolldown({
    input: { gpu: here('../gpu.ts'), 'engine-contestant': here('../engine-contestant.ts') },
    platform: 'node',
    external: [/^node:/, /datasets\/load\.ts$/, /bundle\/make\.ts$/, 'webgpu', '@tensorflow/tfjs-node-gpu'],
    logLevel: 'silent',
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: 'chunk-[hash].mjs', minify: true });
  await bundle.close();
}

/** Packages that the engines load by themselves: native code, WebAssembly, and manifests for their versions. */
function copyModules(modules: string): void {
  const files: Record<string, string[]> = {
    webgpu: ['package.json', 'index.js', 'LICENSE.md', 'dist/linux-x64'],
    '@tensorflow/tfjs-core': ['package.json'],
    '@tensorflow/tfjs-backend-wasm': [
      'package.json',
      ...['.js', '.wasm', '.worker.js'].map((end) => `wasm-out/tfjs-backend-wasm-threaded-simd${end}`),
    ],
  };
  for (const [name, paths] of Object.entries(files)) {
    const source = dirname(require.resolve(`${name}/package.json`));
    for (const path of paths) cpSync(join(source, path), join(modules, name, path), { recursive: true });
  }
}

/** The loader is small, and the one thing that a machine without a screen lacks; where it cannot be fetched, this machine's is taken. */
function vulkanLoader(folder: string, progress: (line: string) => void): void {
  mkdirSync(folder);
  const temporary = mkdtempSync(join(tmpdir(), 'capscope-vulkan-'));
  try {
    const downloaded = spawnSync('apt-get', ['download', ...VULKAN_PACKAGES], { cwd: temporary, stdio: 'ignore' }).status === 0;
    if (!downloaded) progress('The packages of the Vulkan loader could not be downloaded; taking the files of this machine.');
    for (const name of readdirSync(temporary)) spawnSync('dpkg-deb', ['-x', join(temporary, name), join(temporary, 'root')]);
    const libraries = ['lib', 'usr/lib'].map((path) => join(downloaded ? join(temporary, 'root') : '/', path, 'x86_64-linux-gnu'));
    const wanted = /^lib(vulkan|X11|Xext|xcb|Xau|Xdmcp|bsd|md)\.so\.\d+$/;
    for (const library of libraries.filter((path) => existsSync(path)))
      for (const name of readdirSync(library)) if (wanted.test(name)) cpSync(realpathSync(join(library, name)), join(folder, name));
    if (!existsSync(join(folder, 'libvulkan.so.1'))) progress('Without the Vulkan loader: the machine must have libvulkan.so.1.');
  } finally {
    rmSync(temporary, { recursive: true });
  }
  const driver = { file_format_version: '1.0.0', ICD: { library_path: 'libGLX_nvidia.so.0', api_version: '1.3.0' } };
  writeFileSync(join(folder, 'nvidia_icd.json'), `${JSON.stringify(driver, null, 2)}\n`);
}

function compressNode(folder: string): void {
  const node = join(folder, 'node');
  cpSync(realpathSync(process.execPath), node);
  spawnSync('strip', [node], { stdio: 'ignore' }); // symbols are for debuggers; where there is no strip, they stay
  const { status } = spawnSync('xz', ['-6', '-T0', node], { stdio: 'inherit' });
  if (status !== 0) throw new InputError(`${basename(node)} could not be compressed; is xz installed?`);
}

function sizeOf(path: string): number {
  const stat = statSync(path);
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stat.size;
}
