/** What of Python a pickle of data may name. */

export const arrayNames = /^numpy\.(?:core|_core)\.multiarray _reconstruct$/;
export const scalarNames = /^numpy\.(?:core|_core)\.multiarray scalar$/;
export const bufferNames = /^numpy\.(?:core|_core)\.numeric _frombuffer$/;
export const storageNames = /^torch (\w+)Storage$/;
/** Objects that are no more than what they hold. */
export const plainObjects = new Set(['torch.utils.data.dataset TensorDataset', 'argparse Namespace', 'types SimpleNamespace']);
const others = new Set([
  'numpy ndarray',
  'numpy dtype',
  '_codecs encode',
  'collections OrderedDict',
  'collections defaultdict',
  '__builtin__ list',
  'builtins list',
  '__builtin__ int',
  'builtins int',
  '__builtin__ set',
  'builtins set',
  '__builtin__ bytearray',
  'builtins bytearray',
  'copy_reg _reconstructor',
  'copyreg _reconstructor',
  '__builtin__ object',
  'builtins object',
  'torch Size',
  'torch._utils _rebuild_tensor_v2',
]);
export const isAllowed = (name: string): boolean =>
  others.has(name) || plainObjects.has(name) || [arrayNames, scalarNames, bufferNames, storageNames].some((names) => names.test(name));
