/** Compiles the native part of @tensorflow/tfjs-node-gpu against the library in a folder. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BINDING } from '../../src/trainer/node/tensorflow/installation.ts';
import { InputError } from '../../src/shared/input-error.ts';
import { output } from './run.ts';

const require = createRequire(import.meta.url);

/** Makes `<folder>/lib/…/tfjs_binding.node`, and leaves of the sources and headers nothing. */
export async function compileBinding(folder: string): Promise<void> {
  const source = dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
  for (const name of ['binding', 'binding.gyp', 'package.json']) cpSync(join(source, name), join(folder, name), { recursive: true });
  const links = linkNames(folder);
  const paths = [`--module_path=${join(folder, dirname(BINDING))}`, '--module_name=tfjs_binding', '--napi_build_version=8'];
  await output(process.execPath, [nodeGyp(), 'rebuild', ...nodeHeaders(), ...paths], { LDFLAGS: `-L${links}` }, folder);
  const leftovers = ['build', 'binding', 'binding.gyp', 'links', 'deps/include'];
  for (const name of leftovers) rmSync(join(folder, name), { recursive: true, force: true });
}

/** The names under which the linker looks for the library; a wheel has them under others. */
function linkNames(folder: string): string {
  const links = join(folder, 'links');
  const libraries = join(folder, 'deps', 'lib');
  mkdirSync(links);
  const named = (pattern: RegExp) => readdirSync(libraries).find((name) => pattern.test(name));
  const wanted = { 'libtensorflow.so': /^libtensorflow(_cc)?\.so/, 'libtensorflow_framework.so': /^libtensorflow_framework\.so/ };
  for (const [link, pattern] of Object.entries(wanted)) {
    const library = named(pattern);
    if (!library) throw new InputError(`what was unpacked holds no ${link}`);
    symlinkSync(join(libraries, library), join(links, link));
  }
  return links;
}

/** npm brings node-gyp along and says where. */
function nodeGyp(): string {
  const candidates = [
    process.env['npm_config_node_gyp'],
    join(process.env['npm_execpath'] ?? '', '../../node_modules/node-gyp/bin/node-gyp.js'),
  ];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (!found) throw new InputError('node-gyp was not found; start this through npm: npm run engine:tensorflow');
  return found;
}

/** Headers lie beside the Node.js that runs; where they do not, node-gyp downloads them. */
function nodeHeaders(): string[] {
  const home = join(dirname(process.execPath), '..');
  return existsSync(join(home, 'include', 'node', 'node_api.h')) ? [`--nodedir=${home}`] : [];
}
