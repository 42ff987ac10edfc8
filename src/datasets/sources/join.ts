/** Several sources as one. */
import type { FileContent, ReadFileOptions, Source, SourceFile } from './source.ts';

/** Each source's files appear in a folder of the given name, '' for none. They keep their labels. */
export function joinSources({ label, name }: Pick<Source, 'label' | 'name'>, parts: readonly { folder: string; source: Source }[]): Source {
  const origin = new Map<SourceFile, { part: Source; original: SourceFile }>();
  for (const { folder, source } of parts)
    for (const file of source.files) origin.set(folder ? inFolder(file, folder) : file, { part: source, original: file });

  async function* readAll(files: readonly SourceFile[], options?: ReadFileOptions): AsyncGenerator<FileContent> {
    for (const { source } of parts) {
      const wanted = new Map<SourceFile, SourceFile>();
      for (const file of files) {
        const { part, original } = origin.get(file)!;
        if (part === source) wanted.set(original, file);
      }
      if (wanted.size > 0)
        for await (const content of source.readAll([...wanted.keys()], options)) yield { ...content, file: wanted.get(content.file)! };
    }
  }

  return { label, name, files: [...origin.keys()], problems: parts.flatMap(({ source }) => source.problems), readAll };
}

function inFolder(file: SourceFile, folder: string): SourceFile {
  return {
    path: `${folder}/${file.path}`,
    label: file.label,
    disk: file.disk,
    size: () => file.size(),
    head: (bytes) => file.head(bytes),
    read: (options) => file.read(options),
    ...(file.open && { open: (signal) => file.open!(signal) }),
  };
}
