/** HDF5's compression beyond its own gzip and szip: filters from a package of plugins, each put where the library looks for it when an array needs it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Module } from 'h5wasm';

interface Filter {
  id: number;
  name: string;
}

/** Part of the library: deflate, shuffle, fletcher32, szip, nbit and scale-offset. */
const lastOwnFilter = 6;
/** By the numbers that the HDF Group gave them. */
const plugins: Record<number, string> = {
  307: 'bz2',
  32000: 'lzf',
  32001: 'blosc',
  32004: 'lz4',
  32008: 'bshuf',
  32013: 'zfp',
  32015: 'zstd',
  32019: 'jpeg',
  32022: 'bitgroom',
  32023: 'bitround',
  32026: 'blosc2',
};
const installed = new Set<string>();

/** Throws an error that names the filter when there is none for these. */
export async function installFilters(filters: readonly Filter[]): Promise<void> {
  for (const { id, name } of filters) {
    if (id <= lastOwnFilter) continue;
    const plugin = plugins[id];
    if (!plugin)
      throw new Error(`it is compressed with the filter ${id}${name ? ` (${name})` : ''}, for which there is no plugin; expected gzip`);
    if (installed.has(plugin)) continue;
    const { FS } = Module as unknown as { FS: { mkdirTree: (path: string) => void; writeFile: (path: string, data: Uint8Array) => void } };
    const folder = Module.get_plugin_search_paths()[0]!;
    FS.mkdirTree(folder);
    const file = `libH5Z${plugin}.so`;
    const home = dirname(createRequire(import.meta.url).resolve('h5wasm-plugins/package.json'));
    FS.writeFile(`${folder}/${file}`, await readFile(join(home, 'plugins', file)));
    installed.add(plugin);
  }
}
