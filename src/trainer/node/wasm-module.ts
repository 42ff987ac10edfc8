/**
 * Starts tfjs's WebAssembly module in Node: the build with threads, because its memory can be shared with those of the
 * kernels. Its own threads would have nothing left to do and, eight in number, cost as much memory as a small network: it
 * is given none.
 */
import { createRequire } from 'node:module';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import type { WasmModule } from '../../engine/backends/wasm/engine.ts';
import type { BackendHeapFunctions } from '../../engine/backends/wasm/memory.ts';

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
}

/** Stands in for a thread while the module starts: it only says that it has loaded what it was told to. */
class NoThread {
  onmessage: (event: { data: { cmd: string } }) => void = () => undefined;

  on(): void {
    // Nothing ever happens to it.
  }

  terminate(): void {
    // There is nothing to end.
  }

  unref(): void {
    // It keeps nobody waiting.
  }

  postMessage(): void {
    setImmediate(() => this.onmessage({ data: { cmd: 'loaded' } }));
  }
}

export async function startWasmModule(): Promise<StartedModule> {
  const script = packaged.resolve(factoryPath);
  const listeners = errorListeners();
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAX_PAGES, shared: true });
  const started = await withoutThreads(() =>
    (packaged(script) as Factory)({
      locateFile: (file) => script.replace(/[^/\\]*$/, file),
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
  setThreadsCount(1);
  const heap = { memory, malloc: (bytes: number) => started._malloc(bytes), free: (address: number) => started._free(address) };
  return { module, heap };
}

/** Emscripten takes the class of its threads from node:worker_threads when it starts, and makes it a global. */
async function withoutThreads<T>(action: () => Promise<T>): Promise<T> {
  const threads = packaged('node:worker_threads') as { Worker: unknown };
  const { Worker } = threads;
  const globals = globalThis as { Worker?: unknown };
  const had = globals.Worker;
  threads.Worker = NoThread;
  try {
    return await action();
  } finally {
    threads.Worker = Worker;
    if (had) globals.Worker = had;
    else delete globals.Worker;
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
