/** Runs a network of the default size in onnxruntime, in a process of its own, and prints the memory that it has taken. */
import * as ort from 'onnxruntime-web';
import { peakMemoryBytes } from '../../bench/peak-memory.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { onnxOf } from '../../src/exchange/onnx/model.ts';
import { networkOf } from '../../src/shared/spec/network.ts';

const network = networkOf({ depth: 3 });
const input = { height: 28, width: 28, channels: 1, classes: 10 };
const classes = Array.from({ length: 10 }, (_, i) => String(i));
const saved = { network, input, classes, weights: initialWeights(network, input, 1) };
const model = onnxOf(saved, { id: 'r', name: 'n', versions: {} }, { input: 'uint8', size: null });
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(model);
const { lengths } = await session.run({ images: new ort.Tensor('uint8', new Uint8Array(28 * 28), [1, 28, 28, 1]) });
process.stdout.write(JSON.stringify({ peak: peakMemoryBytes(), lengths: [...(lengths!.data as Float32Array)] }));
