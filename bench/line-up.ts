/** Who takes part: the engine with its kernels, and PyTorch if this machine has one. */
import { spawnSync } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../src/shared/engines.ts';
import type { Command, Job } from './contestant.ts';

export interface Entry {
  name: string;
  command: Command;
  job: Job;
}

/** What is compared with what. */
export const FUSED = 'fused';
export const REFERENCE = 'reference';
export const AUTHORS = 'authors';
/** The strong peers; see peers/capsule_layers.py. */
export const TUNED = ['tuned', 'compiled'];

/** In a bundle it lies beside this file under another extension. */
const engineChild = fileURLToPath(new URL(`engine-contestant${extname(import.meta.url)}`, import.meta.url));
const torchChild = fileURLToPath(new URL('peers/contestant.py', import.meta.url));

/**
 * glibc would give every large block back to the system and fault it in again in the next step, which costs PyTorch up to
 * two thirds of its time here. So: one heap, never trimmed, in large pages.
 */
const tunedMalloc = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_MAX_: '0',
  MALLOC_TRIM_THRESHOLD_: String(2 ** 36),
  MALLOC_TOP_PAD_: String(2 ** 26),
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
};

const torchNames: Record<string, string> = {
  compiled: 'PyTorch, best tuned, torch.compile',
  tuned: 'PyTorch, tuned',
  authors: 'PyTorch, authors-style',
  whole: 'PyTorch, tuned, torch.compile over all',
};

export interface Python {
  program: string;
  /** Of PyTorch. */
  version: string;
}

/** Keeps compiled modules, as the terminal's commands do, so that no process of the engine loads Node's compiler. */
const compileCache = { NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/capscope', import.meta.url)) };

/** $PYTHON or python3, if it can import what the peers need; otherwise why not, in one line. */
export function findPython(): Python | string {
  const program = process.env['PYTHON'] ?? 'python3';
  const { status, stdout, stderr, error } = spawnSync(program, ['-c', 'import numpy, safetensors, torch; print(torch.__version__)'], {
    encoding: 'utf8',
  });
  if (error) return `${program} does not start: ${error.message}`;
  if (status !== 0) return `${program} lacks a package: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  return { program, version: stdout.trim() };
}

export function engineEntry(style: string, threads: number, problem: Pick<Job, 'kind' | 'file'>): Entry {
  const name = `Capscope, ${style} ${style === FUSED ? 'kernel' : 'op'}`;
  return {
    name,
    command: { program: process.execPath, args: [engineChild], environment: compileCache },
    job: { ...problem, style, threads },
  };
}

export function torchEntry(python: Python, style: string, threads: number, problem: Pick<Job, 'kind' | 'file'>): Entry {
  const command = { program: python.program, args: [torchChild], environment: tunedMalloc };
  return { name: torchNames[style]!, command, job: { ...problem, style, threads } };
}

/** PyTorch on a card: eager as the authors write it and tuned, and compiled. */
const CUDA_STYLES = ['authors', 'tuned', 'whole'];

/** Why this PyTorch cannot compute on a card; null when it can. */
export function withoutCuda({ program }: Python): string | null {
  const { stdout } = spawnSync(program, ['-c', 'import torch; print(torch.cuda.is_available())'], { encoding: 'utf8' });
  return stdout.trim() === 'True' ? null : 'its CUDA finds no card';
}

/** Every engine, and PyTorch on the card if there is one. */
export function gpuLineUp(problem: Pick<Job, 'kind' | 'file'>, engines: EngineName[], threads: number, python: Python | null): Entry[] {
  const peers = python ? CUDA_STYLES.map((style) => torchEntry(python, style, threads, problem)) : [];
  return [
    ...engines.map((engine) => {
      const entry = engineEntry(FUSED, threads, problem);
      return { ...entry, name: `Capscope, ${engine}`, job: { ...entry.job, engine } };
    }),
    ...peers.map((entry) => ({ ...entry, job: { ...entry.job, device: 'cuda' as const } })),
  ];
}

/** All who take part in a problem; the fused kernel comes first. */
export function lineUp(problem: Pick<Job, 'kind' | 'file'>, threads: number, python: Python | null): Entry[] {
  const fused = [...new Set([threads, 1])].map((count) => engineEntry(FUSED, count, problem));
  const peers = python ? [...TUNED, AUTHORS].map((style) => torchEntry(python, style, threads, problem)) : [];
  return [...fused, engineEntry(REFERENCE, threads, problem), ...peers];
}
