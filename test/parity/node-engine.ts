/** Child of the parity suite: computes the problem with one engine in a process of its own and writes the results to a file. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { writeFileSync } from 'node:fs';
import { composedKernel } from '../../src/engine/backends/tensorflow/capsules.ts';
import { referenceKernels } from '../../src/engine/backends/reference/kernels.ts';
import { encodeWeights } from '../../src/shared/safetensors.ts';
import { EngineName } from '../../src/shared/engines.ts';
import { tensorflowFolder } from '../../src/store/location.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { parityResults } from './problem.ts';

const [name, file] = process.argv.slice(2) as [string, string];

async function start() {
  if (name === 'reference') {
    await tf.setBackend('cpu');
    return { kernels: referenceKernels, readInterval: 1, description: 'plain tf ops on the backend cpu', dispose: () => undefined };
  }
  const [engineName, composed] = name.split(' with ');
  const engine = await startEngine({ engine: EngineName.parse(engineName), threads: 2, tensorflow: tensorflowFolder() });
  if (!composed) return engine;
  const { description } = engine;
  return { ...engine, kernels: { ...engine.kernels, capsules: composedKernel(200_000) }, description: `${description}, with ${composed}` };
}

const engine = await start();
const results = await parityResults(engine);
const tensors = new Map([...results].map(([key, data]) => [key, { shape: [data.length], data }]));
writeFileSync(file, encodeWeights(tensors, { engine: engine.description }));
engine.dispose();
process.exit();
