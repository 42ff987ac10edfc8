/** What the benchmark commands share: options, machine, errors. */
import { Command, Option } from 'commander';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytes, plain } from '../src/shared/present/format.ts';
import { integerBetween, jsonOption } from '../src/cli/options.ts';
import { MAX_THREADS } from '../src/engine/backends/wasm/pool.ts';
import { findPython, type Python } from './line-up.ts';

export interface SharedOptions {
  threads: number;
  json?: true;
  pytorch: boolean;
}

export function benchCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--threads <n>', 'threads of every contestant')
        .argParser(integerBetween(1, MAX_THREADS))
        .default(Math.min(MAX_THREADS, os.availableParallelism())),
    )
    .option('--no-pytorch', 'leave PyTorch out even if there is one')
    .addOption(jsonOption());
}

export interface Machine {
  processor: string;
  cores: number;
  memoryBytes: number;
  node: string;
  pytorch: string | null;
}

export function machine(python: Python | null): Machine {
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    node: process.versions.node,
    pytorch: python?.version ?? null,
  };
}

export function machineLine({ processor, cores, memoryBytes, node, pytorch }: Machine): string {
  const peer = pytorch ? `PyTorch ${pytorch}` : 'no PyTorch';
  return `${processor}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${plain(bytes(memoryBytes))}; Node ${node}, ${peer}`;
}

export function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The Python of the peers, unless they are not wanted or there is none, which is said. */
export function peers({ pytorch }: SharedOptions): Python | null {
  if (!pytorch) return null;
  const python = findPython();
  if (typeof python !== 'string') return python;
  progress(`Without PyTorch: ${python}`);
  return null;
}

/** Does work that needs a folder for its problems. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(os.tmpdir(), 'capscope-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Replaces the tables of a bench between its marks in docs/performance.md. */
export function putIntoDocument(bench: string, text: string): void {
  const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
  const [begin, end] = [`<!-- ${bench}, as printed -->`, `<!-- end of ${bench} -->`];
  const before = readFileSync(page, 'utf8');
  const [start, stop] = [before.indexOf(begin), before.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`docs/performance.md lacks the marks of the tables of ${bench}.`);
  writeFileSync(page, `${before.slice(0, start + begin.length)}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n\n${before.slice(stop)}`);
}
