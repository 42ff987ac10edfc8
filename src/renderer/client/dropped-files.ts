/** Every file of a drop, folders gone through. */
import type { Sending } from './transport.ts';

export interface NamedFile {
  file: File;
  /** Relative, with forward slashes, from what was dropped. */
  path: string;
}

/** Must be called within the drop's handler: the browser forgets the entries after it. */
export async function filesOf(data: DataTransfer, { progress, signal }: Sending): Promise<NamedFile[]> {
  const entries = [...data.items].filter(({ kind }) => kind === 'file').map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found: NamedFile[] = [];
  const tell = () => {
    signal.throwIfAborted();
    progress({ files: found.length, of: null, bytes: 0, ofBytes: 0 });
  };
  for (const entry of entries) {
    if (entry instanceof File) found.push({ file: entry, path: entry.name });
    else if (entry) await walk(entry, found, tell);
  }
  return found;
}

async function walk(entry: FileSystemEntry, found: NamedFile[], tell: () => void): Promise<void> {
  tell();
  const path = entry.fullPath.replace(/^\//, '');
  if (isFile(entry)) found.push({ path, file: await new Promise<File>((resolve, reject) => entry.file(resolve, reject)) });
  else if (isFolder(entry)) {
    const reader = entry.createReader();
    const read = () => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    // A reader hands out a hundred or so at a time, then an empty list.
    for (let part = await read(); part.length > 0; part = await read()) for (const child of part) await walk(child, found, tell);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
