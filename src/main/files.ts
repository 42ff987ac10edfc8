/** Files that people choose: the system's dialogs for opening and saving, and the file manager. */
import { BrowserWindow, dialog, shell, type FileFilter, type OpenDialogOptions } from 'electron';
import { extname } from 'node:path';
import { writeDurably } from '../store/disk.ts';
import type { Host } from '../workbench/host.ts';

const kinds: Record<string, string> = {
  '.capscope': 'Capscope run',
  '.safetensors': 'Safetensors',
  '.html': 'HTML document',
  '.csv': 'CSV table',
  '.json': 'JSON',
  '.md': 'Markdown',
  '.tex': 'LaTeX',
  '.png': 'PNG image',
  '.svg': 'SVG image',
};

function filtersOf(name: string): FileFilter[] {
  const extension = extname(name);
  const kind = kinds[extension];
  return kind === undefined ? [] : [{ name: kind, extensions: [extension.slice(1)] }];
}

const choices: Record<Parameters<Host['pick']>[0], OpenDialogOptions> = {
  dataset: { title: 'Open data set', properties: ['openFile', 'multiSelections'] },
  'dataset-folder': { title: 'Open folder of a data set', properties: ['openDirectory', 'multiSelections'] },
  run: { title: 'Import runs', properties: ['openFile', 'multiSelections'], filters: [{ name: 'Capscope run', extensions: ['capscope'] }] },
};

/** Only what was saved in this session is shown in the file manager. */
const saved = new Set<string>();

export const files: Pick<Host, 'save' | 'pick' | 'reveal'> = {
  async save(name, content) {
    const options = { defaultPath: name, filters: filtersOf(name) };
    const window = BrowserWindow.getFocusedWindow();
    const { canceled, filePath } = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options));
    if (canceled || !filePath) return { status: 'cancelled' };
    writeDurably(filePath, content);
    saved.add(filePath);
    return { status: 'saved', path: filePath };
  },
  async pick(purpose) {
    const window = BrowserWindow.getFocusedWindow();
    const options = choices[purpose];
    const { canceled, filePaths } = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
    return canceled ? null : filePaths;
  },
  reveal(path) {
    if (saved.has(path)) shell.showItemInFolder(path);
  },
};
