/** Run files that the system hands over: double-clicked, dropped on the icon, or named on the command line. */
import { app } from 'electron';
import { resolve } from 'node:path';

const isRunFile = (path: string): boolean => path.endsWith('.capscope');

/** Calls `open` for those of this start, and for later ones; they are forgotten until it is set up. */
export function setupOpenedFiles(open: (paths: string[]) => void): void {
  const given = process.argv
    .slice(1)
    .filter(isRunFile)
    .map((path) => resolve(path));
  if (given.length > 0) open(given);
  app.on('second-instance', (_event, argv, folder) => {
    const paths = argv
      .slice(1)
      .filter(isRunFile)
      .map((path) => resolve(folder, path));
    if (paths.length > 0) open(paths);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    open([path]);
  });
}
