/**
 * Starts tfjs's WebAssembly module in Node with threads. The package's own loader turns threads off there: it hands
 * Emscripten Blob URLs, which worker_threads cannot load. Here the same files are named by their paths.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import type { WasmModule } from '../../engine/backends/wasm.ts';
import type { BackendHeapFunctions } from '../../engine/kernels/wasm/memory.ts';

// Not `require`: the bundler puts a variable of that name into the same module.
const packaged = createRequire(import.meta.url);
const factoryPath = '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js';

interface EmscriptenModule {
  cwrap(name: string, result: string | null, args: string[]): (...args: number[]) => number;
  _malloc(bytes: number): number;
  _free(address: number): void;
}
interface FactoryOptions {
  locateFile: (file: string) => string;
  mainScriptUrlOrBlob: string;
  wasmMemory: WebAssembly.Memory;
}
type Factory = (options: FactoryOptions) => Promise<EmscriptenModule>;

/** The module starts with 16 MiB and may grow to 4 GiB; both are fixed in its binary. */
const INITIAL_PAGES = 256;
const MAX_PAGES = 65536;

export interface StartedModule {
  module: WasmModule;
  /** The memory in which its tensors lie. */
  heap: BackendHeapFunctions;
  /** Ends the module's threads. */
  close: () => void;
}

/** Loads the threaded SIMD build and gives it `threads` threads. */
export async function startWasmModule(threads: number): Promise<StartedModule> {
  const script = packaged.resolve(factoryPath);
  const folder = mkdtempSync(join(os.tmpdir(), 'capscope-wasm-'));
  try {
    // The package ships its worker as a string in which line ends have to be escaped once more.
    const { wasmWorkerContents } = packaged(script.replace(/\.js$/, '.worker.js')) as { wasmWorkerContents: string };
    const worker = join(folder, 'worker.cjs');
    writeFileSync(worker, wasmWorkerContents.replace(/\n/g, '\\n'));
    const listeners = errorListeners();
    const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES, shared: true });
    const started = await withProcessors(2 * threads, () =>
      (packaged(script) as Factory)({
        locateFile: (file) => (file.endsWith('.worker.js') ? worker : script.replace(/[^/\\]*$/, file)),
        mainScriptUrlOrBlob: script,
        wasmMemory: memory,
      }),
    );
    removeNewErrorListeners(listeners);
    const call = (name: string, args: string[], result: string | null = null) => started.cwrap(name, result, args);
    const module = Object.assign(started, {
      tfjs: {
        init: call('init', []),
        initWithThreadsCount: call('init_with_threads_count', ['number']),
        getThreadsCount: call('get_threads_count', [], 'number'),
        registerTensor: call('register_tensor', ['number', 'number', 'number']),
        disposeData: call('dispose_data', ['number']),
        dispose: call('dispose', []),
      },
    }) as unknown as WasmModule;
    setThreadsCount(threads);
    const heap = { memory, malloc: (bytes: number) => started._malloc(bytes), free: (address: number) => started._free(address) };
    return {
      module,
      heap,
      close: () => (started as unknown as { PThread?: { terminateAllThreads(): void } }).PThread?.terminateAllThreads(),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The C++ side uses at most half of the processors it is told of, so it is told of more while it starts. */
async function withProcessors<T>(count: number, action: () => Promise<T>): Promise<T> {
  const { cpus } = os;
  const processors = cpus();
  os.cpus = () => Array.from({ length: Math.max(count, processors.length) }, () => processors[0]!);
  try {
    return await action();
  } finally {
    os.cpus = cpus;
  }
}

const errorEvents = ['uncaughtException', 'unhandledRejection'] as const;

function errorListeners() {
  return errorEvents.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
}

/** Emscripten adds listeners that throw again whatever reaches them, which turns every error into a crash of its own. */
function removeNewErrorListeners(before: Set<unknown>[]): void {
  for (const [i, event] of errorEvents.entries())
    for (const listener of process.listeners(event as 'uncaughtException'))
      if (!before[i]!.has(listener)) process.removeListener(event, listener);
}
