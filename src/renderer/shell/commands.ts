/** Everything that can be done from anywhere: for the command palette, shortcuts and the menus of the desktop. */
import type { Command as MenuCommand } from '../../shared/contract/index.ts';
import type { View } from '../model/route.ts';
import { continueQueue, pauseQueue } from '../state/actions.ts';
import { attempt } from '../state/messages.ts';
import { navigation } from '../state/navigation.svelte.ts';
import { reading } from '../state/reading.svelte.ts';
import { workbench } from '../state/workbench.svelte.ts';
import { call } from '../client/client.ts';
import { dialogs } from './dialogs.svelte.ts';

export interface Command {
  id: string;
  label: string;
  /** Words it is also found by. */
  words?: string[];
  /** As tinykeys takes them. */
  keys?: string;
  /** What the window's menu has instead; a browser keeps these for itself. */
  menuKeys?: string;
  run: () => void;
}

const show = (view: View) => () => navigation.go(view);

/** Views focus their own search field, if they have one. */
function find(): void {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
  if (field) field.focus();
  else dialogs.palette = true;
}

const setTheme = (theme: 'system' | 'light' | 'dark') => () => void attempt(() => call('app.changeSettings', { theme }));

export const commands: readonly Command[] = [
  { id: 'view-datasets', label: 'Go to Datasets', keys: 'Alt+1', menuKeys: '$mod+1', run: show('datasets') },
  { id: 'view-train', label: 'Go to Train', keys: 'Alt+2', menuKeys: '$mod+2', run: show('train') },
  { id: 'view-runs', label: 'Go to Runs', keys: 'Alt+3', menuKeys: '$mod+3', run: show('runs') },
  { id: 'view-run', label: 'Go to the latest run', keys: 'Alt+4', menuKeys: '$mod+4', run: show('run') },
  { id: 'view-compare', label: 'Go to Compare', keys: 'Alt+5', menuKeys: '$mod+5', run: show('compare') },
  { id: 'view-studies', label: 'Go to Studies', keys: 'Alt+6', menuKeys: '$mod+6', words: ['presets', 'sweep'], run: show('studies') },
  { id: 'new-run', label: 'New run', menuKeys: '$mod+n', words: ['train', 'network'], run: show('train') },
  {
    id: 'open-dataset',
    label: 'Open data set files…',
    keys: '$mod+o',
    words: ['images', 'import'],
    run: () => void reading.pick('dataset'),
  },
  { id: 'open-folder', label: 'Open a data set folder…', words: ['images', 'import'], run: () => void reading.pick('dataset-folder') },
  { id: 'import-run', label: 'Import runs from files…', keys: '$mod+Shift+o', run: () => void reading.pick('run') },
  { id: 'find', label: 'Find', keys: '$mod+f', run: find },
  { id: 'pause', label: 'Pause the queue', words: ['hold', 'stop'], run: () => void pauseQueue() },
  { id: 'continue', label: 'Continue the queue', words: ['resume'], run: () => void continueQueue() },
  { id: 'settings', label: 'Settings…', keys: '$mod+,', words: ['theme', 'engine', 'threads'], run: () => (dialogs.settings = true) },
  { id: 'theme-light', label: 'Light appearance', words: ['theme'], run: setTheme('light') },
  { id: 'theme-dark', label: 'Dark appearance', words: ['theme'], run: setTheme('dark') },
  { id: 'theme-system', label: 'System appearance', words: ['theme'], run: setTheme('system') },
  { id: 'command-palette', label: 'Command palette', keys: '$mod+k', run: () => (dialogs.palette = true) },
];

export function runMenuCommand(id: MenuCommand): void {
  commands.find((command) => command.id === id)?.run();
}

/** The shortcut of a command, as it is written on this system; '' when it has none. */
export function shortcutOf(id: string): string {
  const { keys, menuKeys } = commands.find((command) => command.id === id) ?? {};
  const shown = workbench.info?.mode === 'desktop' ? (menuKeys ?? keys) : keys;
  return shown === undefined ? '' : printKeys(shown);
}

/** "$mod+Shift+o" as people know it. */
function printKeys(keys: string): string {
  const mac = workbench.info?.platform === 'darwin';
  const names: Record<string, string> = mac ? { $mod: '⌘', Shift: '⇧', Alt: '⌥' } : { $mod: 'Ctrl' };
  return keys
    .split('+')
    .map((key) => names[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join(mac ? '' : '+');
}
