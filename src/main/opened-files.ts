/**
 * Run files that the system hands over: double-clicked, dropped on the icon, or named on the command line. They wait here until
 * a page asks for them, which imports them and says what came of it.
 */
import { app } from 'electron';
import { resolve } from 'node:path';

const isRunFile = (path: string): boolean => path.toLowerCase().endsWith('.capscope');

const waiting: string[] = [];

/** Those that no page has asked for yet. */
export const takeOpenedFiles = (): string[] => waiting.splice(0);

/** Must run before the application is ready: a Mac names the file that starts it before that. Calls `tell` for those that come later. */
export function setupOpenedFiles(tell: () => void): void {
  const open = (paths: readonly string[]) => {
    waiting.push(...paths);
    if (app.isReady() && paths.length > 0) tell();
  };
  const given = (argv: readonly string[], folder: string) =>
    argv
      .slice(1)
      .filter(isRunFile)
      .map((path) => resolve(folder, path));
  open(given(process.argv, process.cwd()));
  app.on('second-instance', (_event, argv, folder) => open(given(argv, folder)));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    open([path]);
  });
}
