/** Child of verify.ts: starts the engine of a folder, trains with it, and prints what came out as JSON. */
import { measureSpeed } from '../../src/engine/jobs/measure.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';

const engine = await startEngine({ engine: 'tensorflow', tensorflow: process.argv[2]! });
const speed = await measureSpeed(engine, { now: () => performance.now() });
if (!speed) throw new Error('TensorFlow has no imitated graphics card.');
const { imagesPerSecond, loss } = speed;
if (!Number.isFinite(loss)) throw new Error(`the loss of a step of training is ${loss}`);
const { device, versions, description } = engine;
const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
const lines = [
  `Versions: ${named.join(', ')}`,
  `Device: ${device.kind === 'gpu' ? 'GPU' : 'CPU'}, ${device.name}`,
  `Trained: ${description}; loss ${loss.toFixed(4)}, ${imagesPerSecond.toFixed(0)} images/s`,
];
console.log(JSON.stringify({ tensorflow: versions['tensorflow'], lines }));
engine.dispose();
process.exit();
