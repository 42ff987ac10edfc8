/** An ONNX graph while it is put together: nodes whose results are called by name, and constants. */
import { attribute, elementTypes, type AttributeValue, type ElementType, type Node, type Tensor, type ValueInfo } from './schema.ts';

/** The name of a value in the graph. */
export type Value = string;

/** A dimension that may have any size has a name. */
export type Dimension = number | string;

export class Graph {
  readonly nodes: Node[] = [];
  readonly constants: Tensor[] = [];
  readonly inputs: ValueInfo[] = [];
  readonly outputs: ValueInfo[] = [];
  readonly #names = new Map<string, number>();
  readonly #known = new Map<string, Value>();
  #scope = '';

  /** What is added in `build` is named after a part of the network. */
  within<T>(scope: string, build: () => T): T {
    const before = this.#scope;
    this.#scope = scope;
    try {
      return build();
    } finally {
      this.#scope = before;
    }
  }

  input(name: Value, type: ElementType, shape: readonly Dimension[], about: string): Value {
    this.inputs.push(valueInfo(name, type, shape, about));
    return name;
  }

  output(name: Value, type: ElementType, shape: readonly Dimension[], about: string, value: Value): void {
    this.nodes.push({ name, op_type: 'Identity', input: [value], output: [name], attribute: [] });
    this.outputs.push(valueInfo(name, type, shape, about));
  }

  add(op: string, input: readonly Value[], attributes: Record<string, AttributeValue> = {}): Value {
    const name = this.#fresh(op);
    const attributes_ = Object.entries(attributes).map(([key, value]) => attribute(key, value));
    this.nodes.push({ name, op_type: op, input, output: [name], attribute: attributes_ });
    return name;
  }

  /** A constant that has a name of its own, such as a weight. */
  tensor(name: string, shape: readonly number[], data: Float32Array | Int32Array | Uint8Array | BigInt64Array): Value {
    const raw_data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.constants.push({ name, dims: shape, data_type: elementTypes[typeOf(data)], raw_data });
    return name;
  }

  /** One number, or a list of them; there once, however often it is needed. */
  floats(values: number | readonly number[]): Value {
    const list = typeof values === 'number' ? [values] : values;
    return this.#once(
      `float ${JSON.stringify(values)}`,
      'constant',
      typeof values === 'number' ? [] : [list.length],
      Float32Array.from(list),
    );
  }

  integers(values: readonly number[]): Value {
    return this.#once(`int64 ${JSON.stringify(values)}`, 'sizes', [values.length], BigInt64Array.from(values, BigInt));
  }

  integer(value: number, type: 'int32' | 'int64' = 'int64'): Value {
    return this.#once(`${type} ${value}`, 'number', [], type === 'int32' ? Int32Array.of(value) : BigInt64Array.of(BigInt(value)));
  }

  reshape(value: Value, shape: readonly number[]): Value {
    return this.add('Reshape', [value, this.integers(shape)]);
  }

  /** Without it, the sum keeps the axis with the size 1. */
  sum(value: Value, axis: number): Value {
    return this.add('ReduceSum', [value, this.integers([axis])], { keepdims: 1 });
  }

  #once(key: string, name: string, shape: readonly number[], data: Float32Array | Int32Array | BigInt64Array): Value {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = this.tensor(this.#fresh(name, ''), shape, data);
    this.#known.set(key, value);
    return value;
  }

  #fresh(op: string, scope = this.#scope): string {
    const name = scope === '' ? op.toLowerCase() : `${scope}/${op.toLowerCase()}`;
    const count = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  }
}

function typeOf(data: Float32Array | Int32Array | Uint8Array | BigInt64Array): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Uint8Array ? 'uint8' : 'int64';
}

const valueInfo = (name: string, type: ElementType, shape: readonly Dimension[], about: string): ValueInfo => ({
  name,
  doc_string: about,
  type: {
    tensor_type: {
      elem_type: elementTypes[type],
      shape: { dim: shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size })) },
    },
  },
});
