import { expect, it, vi } from 'vitest';
import { channels } from '../shared/bridge.ts';

type Listener = (event: { senderFrame: unknown }, method: unknown, argument: unknown) => unknown;
const handlers = new Map<string, Listener>();
vi.mock('electron', () => ({
  ipcMain: { handle: (channel: string, handler: Listener) => handlers.set(channel, handler) },
  protocol: {},
  BrowserWindow: {},
}));
const { answerCalls } = await import('./ipc.ts');

const call = vi.fn(() => Promise.resolve({ ok: true as const, value: 'answer' }));
answerCalls(call);
const ask = (senderFrame: unknown) => handlers.get(channels.call)!({ senderFrame }, 'app.info', undefined);

it('listens to one channel, and answers the window’s own page', async () => {
  expect([...handlers.keys()]).toEqual([channels.call]);
  await expect(ask({ url: 'app://capscope/index.html', parent: null })).resolves.toEqual({ ok: true, value: 'answer' });
});

it.each([
  ['a page from elsewhere', { url: 'https://evil.example/', parent: null }],
  ['a file', { url: 'file:///index.html', parent: null }],
  ['a host whose name begins like ours', { url: 'app://capscope.evil.example/', parent: null }],
  ['a frame in our page', { url: 'app://capscope/index.html', parent: {} }],
  ['a frame that is gone', null],
])('does not answer %s', (_, frame) => {
  call.mockClear();
  expect(() => ask(frame)).toThrow('unknown sender');
  expect(call).not.toHaveBeenCalled();
});
