/** A folder that `npm run engine:tensorflow` has filled: TensorFlow's library, the binding compiled against it, and a note of what they are. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../../shared/input-error.ts';

/** The binding looks for the library in ../../deps/lib. */
export const BINDING = 'lib/napi-v8/tfjs_binding.node';
const NOTE = 'capscope.json';

export const Installation = z.object({
  /** TensorFlow's version. */
  tensorflow: z.string(),
  /** Where it came from, in words. */
  source: z.string(),
});
export type Installation = z.infer<typeof Installation>;

/** Throws an InputError when the folder does not hold a finished installation. */
export async function readInstallation(folder: string): Promise<Installation> {
  try {
    return Installation.parse(JSON.parse(await readFile(join(folder, NOTE), 'utf8')));
  } catch (error) {
    throw new InputError('it is not set up; npm run engine:tensorflow does that', { cause: error });
  }
}

export async function writeInstallation(folder: string, installation: Installation): Promise<void> {
  await writeFile(join(folder, NOTE), `${JSON.stringify(installation, null, 2)}\n`);
}
