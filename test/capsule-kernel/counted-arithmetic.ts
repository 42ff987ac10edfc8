/**
 * The compiled kernels with a count of denormal numbers: every operand and every result of their arithmetic is looked at, so
 * what stays inside a loop is seen as well as what is stored.
 */
import binaryen from 'assemblyscript/binaryen';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Operations whose time depends on their numbers, by the type of operands and result. */
const COUNTED: Record<string, 'v128' | 'f32'> = {
  'f32x4.add': 'v128',
  'f32x4.sub': 'v128',
  'f32x4.mul': 'v128',
  'f32x4.div': 'v128',
  'f32x4.sqrt': 'v128',
  'f32x4.relaxed_madd': 'v128',
  'f32.add': 'f32',
  'f32.sub': 'f32',
  'f32.mul': 'f32',
  'f32.div': 'f32',
  'f32.sqrt': 'f32',
};

/** Passes a value on and counts its denormal lanes: those whose bits but for the sign are from 1 to 2^23 - 1. */
const COUNTERS = `
(global $denormals (mut i64) (i64.const 0))
(export "denormals" (global $denormals))
(func $count_v128 (param $x v128) (result v128)
  (global.set $denormals (i64.add (global.get $denormals) (i64.extend_i32_u (i32.popcnt (i32x4.bitmask
    (i32x4.lt_u
      (i32x4.sub (v128.and (local.get $x) (i32x4.splat (i32.const 0x7fffffff))) (i32x4.splat (i32.const 1)))
      (i32x4.splat (i32.const 0x7fffff))))))))
  (local.get $x))
(func $count_f32 (param $x f32) (result f32)
  (global.set $denormals (i64.add (global.get $denormals) (i64.extend_i32_u
    (i32.lt_u (i32.sub (i32.and (i32.reinterpret_f32 (local.get $x)) (i32.const 0x7fffffff)) (i32.const 1)) (i32.const 0x7fffff)))))
  (local.get $x))`;

type Node = string | Node[];

function parse(text: string): Node[] {
  const stack: Node[][] = [[]];
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|;;[^\n]*|[()]|[^\s()"]+/g)) {
    if (token.startsWith(';;')) continue;
    if (token === '(') stack.push([]);
    else if (token === ')') {
      const node = stack.pop()!;
      stack.at(-1)!.push(node);
    } else stack.at(-1)!.push(token);
  }
  return stack[0]!;
}

const print = (node: Node): string => (typeof node === 'string' ? node : `(${node.map(print).join(' ')})`);

function counted(node: Node): Node {
  if (typeof node === 'string') return node;
  const children = node.map(counted);
  const type = typeof node[0] === 'string' ? COUNTED[node[0]] : undefined;
  if (!type) return children;
  const count = (value: Node): Node => ['call', `$count_${type}`, value];
  return count([children[0]!, ...children.slice(1).map(count)]);
}

/** Writes both modules with counts into `folder`, for a pool with one thread. */
export function writeCountingKernels(folder: string, compiled = new URL('../../out/kernels/', import.meta.url)): void {
  for (const name of ['relaxed.wasm', 'plain.wasm']) {
    const module = binaryen.readBinary(readFileSync(fileURLToPath(new URL(name, compiled))));
    const [root] = parse(module.emitText()) as [Node[]];
    module.dispose();
    const again = binaryen.parseText(`(${root.map((node) => print(counted(node))).join('\n')}${COUNTERS})`);
    again.setFeatures(binaryen.Features.All);
    writeFileSync(join(folder, name), again.emitBinary());
    again.dispose();
  }
}

/** Starts kernels by `start`; returns how many denormal numbers they have met so far. */
export async function captureCounts(start: () => Promise<void>): Promise<() => number> {
  const { instantiate } = WebAssembly;
  const found: { value: bigint }[] = [];
  WebAssembly.instantiate = async (module, imports) => {
    const instance = await instantiate(module, imports);
    // Of bytes, as tfjs hands them in, it makes a pair.
    const { exports } = instance as Partial<WebAssembly.Instance>;
    if (exports && 'denormals' in exports) found.push(exports['denormals'] as { value: bigint });
    return instance;
  };
  try {
    await start();
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  if (found.length !== 1) throw new Error(`${found.length} modules with counts were started, not one.`);
  return () => Number(found[0]!.value);
}
