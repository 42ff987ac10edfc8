/** Finds images by what a table calls them: a path from the table's folder or the top, the end of a path, a name, each with or without extension. */
import { baseName, folderName, stem, type SourceFile } from '../../sources/source.ts';

export class Finder {
  readonly #images: readonly SourceFile[];
  readonly #byName = new Map<string, SourceFile | null>();
  /** By the last folder and the name without extension; made when it is asked for. */
  #byEnd: Map<string, SourceFile | null> | undefined;

  constructor(images: readonly SourceFile[]) {
    this.#images = images;
    // Longer paths are tried first; a name that two files have finds neither.
    for (const file of images)
      for (const name of new Set([`/${file.path}`, baseName(file.path), stem(file.path)])) add(this.#byName, name, file);
  }

  find(text: string, folder: string): SourceFile | undefined {
    const path = text
      .trim()
      .normalize('NFC')
      .replaceAll('\\', '/')
      .replace(/^(?:\.\/)+/, '');
    if (path === '') return undefined;
    const below = folder ? `/${folder}/${path}` : `/${path}`;
    return (
      this.#byName.get(below) ??
      this.#byName.get(`/${path}`) ??
      (path.includes('/') ? this.#atEnd(path) : undefined) ??
      this.#byName.get(baseName(path)) ??
      (path.includes('/') ? undefined : this.#byName.get(path)) ??
      undefined
    );
  }

  #atEnd(path: string): SourceFile | null | undefined {
    if (!this.#byEnd) {
      this.#byEnd = new Map();
      for (const file of this.#images) {
        add(this.#byEnd, endOf(file.path, stem(file.path)), file);
        add(this.#byEnd, endOf(file.path, baseName(file.path)), file);
      }
    }
    return this.#byEnd.get(endOf(path, baseName(path)));
  }
}

const endOf = (path: string, name: string): string => `${baseName(folderName(path))}/${name}`;

function add(map: Map<string, SourceFile | null>, name: string, file: SourceFile): void {
  const known = map.get(name);
  map.set(name, known === undefined || known === file ? file : null);
}
