/** `capscope forward <weights> <input> <out>`: the capsules of every layer for given images. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { encodeWeights } from '../../shared/safetensors.ts';
import { decodeNetworkFile } from '../../shared/weights-file.ts';
import { readWhole, writeDurably } from '../../store/disk.ts';
import { tensorflowFolder } from '../../store/location.ts';
import { decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { decodeImages, imagesName } from '../input-images.ts';
import { oneLine } from '../../shared/one-line.ts';
import { jsonOption, print, printJson } from '../options.ts';
import { mustNotReplace } from '../output-path.ts';

export function addForward(program: Command): void {
  program
    .command('forward')
    .description('compute the capsules of every layer')
    .argument('<weights>', "a run's weights (safetensors)")
    .argument('<input>', `safetensors with "${imagesName}", (images, height, width, channels): float32 in [0, 1], or bytes`)
    .argument('<out>', 'safetensors file to write')
    .addOption(engineOption())
    .addOption(jsonOption())
    .action(async (weightsPath: string, inputPath: string, out: string, { engine: asked, json }: { engine: AskedEngine; json?: true }) => {
      mustNotReplace(out, { db: null, reads: [weightsPath, inputPath] });
      const outPath = resolve(out);
      const saved = decodeNetworkFile(readWhole(weightsPath), weightsPath);
      const images = decodeImages(readWhole(inputPath), inputPath, saved);
      const { name } = await decideEngine(asked, null);
      // Here, so that no other command waits for the engine to be loaded.
      const { startEngine } = await import('../../trainer/node/engine.ts');
      const { forward } = await import('../../engine/jobs/forward.ts');
      const engine = await startEngine({ engine: name, tensorflow: tensorflowFolder() });
      try {
        const capsules = await forward({ ...saved, images }, engine);
        writeDurably(outPath, encodeWeights(capsules, {}));
        const tensors = [...capsules].map(([name, { shape }]) => ({ name, shape }));
        if (json) printJson({ file: outPath, tensors });
        else print([`Wrote ${outPath}:`, ...tensors.map(({ name, shape }) => `  ${oneLine(name)} (${shape.join(', ')})`)].join('\n'));
      } finally {
        engine.dispose();
      }
    });
}
