/** Loaded before anything else: `import 'electron'` gets the stand-in, in the main process or in a utility process. */
import { registerHooks } from 'node:module';

const isUtility = process.env.STAND_IN_UTILITY === '1';
const standIn = new URL(isUtility ? './utility.mjs' : './electron.mjs', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier === 'electron/main' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});
if (isUtility) await import(standIn);
