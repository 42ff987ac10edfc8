/** Proves a fresh installation by using it, in a process of its own, since a library that does not fit can end the process. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { InputError } from '../../src/shared/input-error.ts';
import { writeInstallation } from '../../src/trainer/node/tensorflow/installation.ts';
import { output } from './run.ts';

const Report = z.object({ tensorflow: z.string(), lines: z.array(z.string()) });

/** Lines for people: versions, device, what a step of training gave. Throws an InputError when the installation does not work. */
export async function verify(folder: string, source: string): Promise<string[]> {
  await writeInstallation(folder, { tensorflow: 'not known yet', source });
  const { tensorflow, lines } = await trainStep(folder).catch((error: unknown) => {
    throw new InputError(`TensorFlow was set up, but does not compute: ${(error as Error).message}`, { cause: error });
  });
  await writeInstallation(folder, { tensorflow, source });
  return lines;
}

/** Trains with the engine in a folder. Rejects when that does not work. */
export async function trainStep(folder: string): Promise<z.infer<typeof Report>> {
  const child = fileURLToPath(new URL('train-step.ts', import.meta.url));
  const text = await output(process.execPath, [child, folder]);
  return Report.parse(JSON.parse(text.trim().split('\n').at(-1)!));
}
