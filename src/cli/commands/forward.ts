/** `capscope forward <weights> <input> <out>`: the capsules of every layer for given images. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { forward } from '../../engine/jobs/forward.ts';
import { InputError } from '../../shared/input-error.ts';
import { decodeWeights, encodeWeights } from '../../shared/safetensors.ts';
import type { InputShape } from '../../shared/spec/network.ts';
import type { HostTensor } from '../../shared/weights.ts';
import { decodeNetworkFile } from '../../shared/weights-file.ts';
import { readWhole, writeDurably } from '../../store/disk.ts';
import { tensorflowFolder } from '../../store/location.ts';
import { startEngine } from '../../trainer/node/engine.ts';
import { decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { jsonOption, print, printJson } from '../options.ts';

/** Name of the tensor in the input file. */
const imagesName = 'images';

export function addForward(program: Command): void {
  program
    .command('forward')
    .description('compute the capsules of every layer')
    .argument('<weights>', "a run's weights (safetensors)")
    .argument('<input>', `safetensors with "${imagesName}", float32 (images, height, width, channels) in [0, 1]`)
    .argument('<out>', 'safetensors file to write')
    .addOption(engineOption())
    .addOption(jsonOption())
    .action(async (weightsPath: string, inputPath: string, out: string, { engine: asked, json }: { engine: AskedEngine; json?: true }) => {
      const outPath = resolve(out);
      const saved = decodeNetworkFile(readWhole(weightsPath), weightsPath);
      const images = readImages(inputPath, saved.input);
      const { name } = await decideEngine(asked, null);
      const engine = await startEngine({ engine: name, tensorflow: tensorflowFolder() });
      try {
        const capsules = await forward({ ...saved, images }, engine);
        writeDurably(outPath, encodeWeights(capsules, {}));
        const tensors = [...capsules].map(([name, { shape }]) => ({ name, shape }));
        if (json) printJson({ file: outPath, tensors });
        else print([`Wrote ${outPath}:`, ...tensors.map(({ name, shape }) => `  ${name} (${shape.join(', ')})`)].join('\n'));
      } finally {
        engine.dispose();
      }
    });
}

function readImages(path: string, { height, width, channels }: InputShape): HostTensor {
  const images = decodeWeights(readWhole(path), path).weights.get(imagesName);
  if (!images) throw new InputError(`${path} has no tensor "${imagesName}"`);
  const [count, ...size] = images.shape;
  if (!count || size.join() !== [height, width, channels].join())
    throw new InputError(
      `${path}: "${imagesName}" has shape [${images.shape.join(', ')}], but the network needs [1 or more, ${height}, ${width}, ${channels}]`,
    );
  return images;
}
