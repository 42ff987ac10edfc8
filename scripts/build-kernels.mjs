/**
 * Compiles the WebAssembly kernels: src/engine/backends/wasm/assembly, with the lists in jobs/ that it shares with its callers,
 * → out/kernels/{relaxed,plain}.wasm.
 * Does nothing when the sources, the compiler and its options are those of the last time. Also a global setup of Vitest.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const wasm = new URL('../src/engine/backends/wasm/', import.meta.url);
const sources = ['assembly', 'jobs'];
const target = new URL('../out/kernels/', import.meta.url);
const variants = { relaxed: ['--enable', 'relaxed-simd'], plain: [] };
// -O3 regroups unrolled chains of multiply-adds and spills registers: it is 1.7 times slower than -O2.
const options = [
  ...['-O2', '--runtime', 'stub', '--noAssert', '--use', 'abort=', '--importMemory', '--sharedMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'simd', '--enable', 'threads'],
];

export default async function buildKernels() {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const hash = createHash('sha256').update(JSON.stringify([version, variants, options]));
  for (const folder of sources)
    for (const name of readdirSync(new URL(folder, wasm), { recursive: true }).sort())
      if (name.endsWith('.ts')) hash.update(name).update(readFileSync(new URL(`${folder}/${name}`, wasm)));
  const wanted = hash.digest('hex');
  const stamp = new URL('sources.sha256', target);
  const names = Object.keys(variants);
  const upToDate = existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (upToDate && names.every((name) => existsSync(new URL(`${name}.wasm`, target)))) return;
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(target, { recursive: true });
  rmSync(stamp, { force: true });
  for (const name of names) {
    // Another process may be building too: each writes to a name of its own.
    const file = fileURLToPath(new URL(`${name}.wasm`, target));
    const unfinished = `${file}.${process.pid}`;
    const { error, stderr } = await asc.main([
      fileURLToPath(new URL('assembly/index.ts', wasm)),
      ...options,
      ...variants[name],
      '-o',
      unfinished,
    ]);
    if (error) throw new Error(`The kernels do not compile.\n${stderr.toString()}`);
    renameSync(unfinished, file);
  }
  writeFileSync(stamp, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels();
