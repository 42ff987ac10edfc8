/** Finds images by what a table calls them: a path from the table's folder or the top, the end of a path, a name, each with or without extension. */
import { baseName, folderName, stem, type SourceFile } from '../../sources/source.ts';
import { mentionedSplit, type SplitName } from '../../splits.ts';

/** More files of one name are none of different parts. */
const maxAlike = 8;

export class Finder {
  readonly #images: readonly SourceFile[];
  readonly #byName = new Map<string, SourceFile | SourceFile[]>();
  /** By a name that says besides how the image was made of the one that is listed: "1_aligned" is "1". */
  readonly #made = new Map<string, SourceFile | SourceFile[]>();
  /** By the last folder and the name without extension; made when it is asked for. */
  #byEnd: Map<string, SourceFile | SourceFile[]> | undefined;

  constructor(images: readonly SourceFile[]) {
    this.#images = images;
    // Longer paths are tried first; a name that several files have finds one by its part, or none.
    for (const file of images)
      for (const name of new Set([`/${file.path}`, baseName(file.path), stem(file.path)])) add(this.#byName, name, file);
    for (const file of images) {
      const own = stem(file.path).replace(/(?<=.)[-_](?:aligned|cropped|resized)$/i, '');
      if (own !== stem(file.path)) add(this.#made, own, file);
    }
  }

  /** @param split of the list, which tells apart files of one name in folders of several parts. */
  find(text: string, folder: string, split?: SplitName): SourceFile | undefined {
    const path = text
      .trim()
      .normalize('NFC')
      .replaceAll('\\', '/')
      .replace(/^(?:\.\/)+/, '');
    if (path === '') return undefined;
    const below = folder ? `/${folder}/${path}` : `/${path}`;
    const only = (found: SourceFile | SourceFile[] | undefined) => (Array.isArray(found) ? ofSplit(found, split) : found);
    return (
      only(this.#byName.get(below)) ??
      only(this.#byName.get(`/${path}`)) ??
      (path.includes('/') ? (this.#below(path) ?? only(this.#atEnd(path))) : undefined) ??
      only(this.#byName.get(baseName(path))) ??
      (path.includes('/') ? undefined : only(this.#byName.get(path))) ??
      (this.#made.size > 0 ? only(this.#made.get(stem(path))) : undefined)
    );
  }

  /** Where the list has folders in front that are not there: the longest end of the path that is a file's path. */
  #below(path: string): SourceFile | undefined {
    for (let at = path.indexOf('/'); at >= 0 && path.includes('/', at + 1); at = path.indexOf('/', at + 1)) {
      const found = this.#byName.get(path.slice(at));
      if (found && !Array.isArray(found)) return found;
    }
    return undefined;
  }

  #atEnd(path: string): SourceFile | SourceFile[] | undefined {
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

function add(map: Map<string, SourceFile | SourceFile[]>, name: string, file: SourceFile): void {
  const known = map.get(name);
  if (Array.isArray(known)) {
    if (known.at(-1) !== file) known.push(file);
  } else map.set(name, known === undefined || known === file ? file : [known, file]);
}

/** The only one that lies in a folder of this part. */
function ofSplit(files: readonly SourceFile[], split: SplitName | undefined): SourceFile | undefined {
  if (split === undefined || files.length > maxAlike) return undefined;
  const own = files.filter(({ path }) =>
    folderName(path)
      .split('/')
      .some((name) => mentionedSplit(name)?.split === split),
  );
  return own.length === 1 ? own[0] : undefined;
}
