import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, expect, it, vi } from 'vitest';
import { commands } from '../shared/contract/events.ts';

type Item = Omit<MenuItemConstructorOptions, 'submenu' | 'click'> & { submenu?: Item[]; click?: () => void };
const { app, Menu } = vi.hoisted(() => ({
  app: { name: 'Capscope', isPackaged: true },
  Menu: { buildFromTemplate: (template: unknown) => template, setApplicationMenu: vi.fn() },
}));
vi.mock('electron', () => ({ app, Menu, shell: {} }));
const { setupMenu } = await import('./menu.ts');

const { platform } = process;
afterEach(() => Object.defineProperty(process, 'platform', { value: platform }));

function menuOn(system: NodeJS.Platform): { menus: Item[]; items: Item[]; sent: string[] } {
  Object.defineProperty(process, 'platform', { value: system });
  const sent: string[] = [];
  setupMenu((command) => sent.push(command));
  const menus = Menu.setApplicationMenu.mock.lastCall![0] as Item[];
  return { menus, items: menus.flatMap(({ submenu }) => submenu ?? []), sent };
}

it.each(['linux', 'win32', 'darwin'] as const)('offers every command once, each with a shortcut of its own, on %s', (system) => {
  const { items, sent } = menuOn(system);
  const own = items.filter(({ accelerator, click }) => accelerator && click);
  for (const { click } of own) click!();
  expect(sent.toSorted()).toEqual(commands.toSorted());
  expect(new Set(own.map(({ accelerator }) => accelerator)).size).toBe(own.length);
});

it('has its own menu, Window and Close on a Mac', () => {
  const { menus, items } = menuOn('darwin');
  expect(menus.map(({ label, role }) => label ?? role)).toEqual(['Capscope', '&File', 'editMenu', '&View', 'windowMenu', '&Help']);
  expect(menus[0]!.submenu!.map(({ role }) => role)).toEqual(expect.arrayContaining(['about', 'services', 'hide', 'quit']));
  expect(items.filter(({ role }) => role === 'close')).toHaveLength(1);
});

it('has Settings and Quit under File and About under Help elsewhere', () => {
  const { menus } = menuOn('win32');
  expect(menus.map(({ label, role }) => label ?? role)).toEqual(['&File', 'editMenu', '&View', '&Help']);
  expect(menus[0]!.submenu!.map(({ label, role }) => label ?? role)).toEqual(expect.arrayContaining(['Settings…', 'quit']));
  expect(menus[3]!.submenu!.map(({ label }) => label)).toEqual(['Licences', 'About Capscope']);
});

it('offers developers’ tools only to developers', () => {
  const tools = () => menuOn('linux').items.filter(({ role }) => role === 'toggleDevTools' || role === 'reload').length;
  expect(tools()).toBe(0);
  app.isPackaged = false;
  expect(tools()).toBe(2);
});
