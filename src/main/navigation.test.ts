import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';

const { app, defaultSession } = vi.hoisted(() => ({
  app: { on: vi.fn(), whenReady: () => Promise.resolve() },
  defaultSession: { setPermissionRequestHandler: vi.fn(), setPermissionCheckHandler: vi.fn() },
}));
vi.mock('electron', () => ({ app, session: { defaultSession } }));
const { setupNavigation } = await import('./navigation.ts');

it('keeps every page where it is, and opens nothing', () => {
  setupNavigation();
  const created = app.on.mock.calls.find(([event]) => event === 'web-contents-created')![1] as (event: unknown, contents: unknown) => void;
  const open = vi.fn();
  const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: open });
  created({}, contents);
  for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
    const preventDefault = vi.fn();
    contents.emit(event, { preventDefault });
    expect(preventDefault, event).toHaveBeenCalledOnce();
  }
  const answer = open.mock.calls[0]![0] as () => unknown;
  expect(answer()).toEqual({ action: 'deny' });
});

it('grants no permission', async () => {
  setupNavigation();
  await app.whenReady();
  const request = defaultSession.setPermissionRequestHandler.mock.lastCall![0] as (...args: unknown[]) => void;
  const check = defaultSession.setPermissionCheckHandler.mock.lastCall![0] as () => boolean;
  for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem']) {
    const answer = vi.fn();
    request({}, permission, answer);
    expect(answer.mock.calls, permission).toEqual([[false]]);
  }
  expect(check()).toBe(false);
});
