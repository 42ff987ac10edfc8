/** What the store remembers of a data set's images, besides the data set itself. */
import { basename, dirname, resolve, sep } from 'node:path';
import { oneLine } from '../../shared/one-line.ts';
import type { Store } from '../../store/store.ts';
import type { KeptRecord } from './cache.ts';

export interface Remembered {
  paths: readonly string[];
  base?: string | null;
  name?: string | undefined;
  named?: ((text: string) => string) | undefined;
}

/** Makes a kept data set known, or tells of it anew. Answers whether it was known already. */
export function remember(store: Store, record: KeptRecord, { paths, base = null, name, named = (text) => text }: Remembered): boolean {
  const { fingerprint, shape, classes, train, test, file, bytes, trainPerClass, testPerClass } = record;
  const { preparation, standardisation, format, problems, readings } = record;
  return store.atomically(() => {
    const known = store.images.find(fingerprint);
    store.addDataset({ fingerprint, name: oneLine(name ?? givenName(record.name, paths, named)), shape, classes, train, test });
    const opened = new Date().toISOString();
    // The bundled sample stays what it is; for any other, the files may lie elsewhere now.
    if (known?.file === null) store.images.put({ ...known, opened });
    else {
      const recipe = { preparation, standardisation, paths: [...paths], base, format, leftOut: problems.length, readings };
      store.images.put({
        dataset: fingerprint,
        file,
        recipe,
        source: sourceName(paths.map(named)),
        bytes,
        trainPerClass,
        testPerClass,
        opened,
      });
    }
    return known !== null;
  });
}

/**
 * A data set's name. What lies together is called after the folder that holds it, which for what a page has sent is none that
 * the person knows: it is called after what was given, then.
 */
export function givenName(name: string, paths: readonly string[], named: (text: string) => string = (text) => text): string {
  const [first] = paths;
  if (first === undefined || paths.length === 1) return name;
  const folder = dirname(resolve(first));
  if (name !== basename(folder) || named(folder + sep) !== '') return name;
  const stems = [...new Set(paths.map((path) => basename(path).replace(/(?<=.)\.[^.]+$/, '')))];
  return stems.length > 3 ? `${stems[0]!} and ${stems.length - 1} more` : stems.join(', ');
}

/** What the person gave, as one line; null for nothing. */
function sourceName(paths: readonly string[]): string | null {
  const [first] = paths;
  if (first === undefined) return null;
  return paths.length === 1 ? first : `${first.replace(/[\\/][^\\/]*$/, '')} (${paths.length} files)`;
}
