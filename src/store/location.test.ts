import { describe, expect, it } from 'vitest';
import { userDataFolder } from './location.ts';

describe("folder of user data, as Electron's app.getPath('userData') gives it", () => {
  it.each([
    ['linux', {}, '/home/a/.config/Capscope'],
    ['linux', { XDG_CONFIG_HOME: '/conf' }, '/conf/Capscope'],
    ['linux', { XDG_CONFIG_HOME: '' }, '/home/a/.config/Capscope'],
    ['darwin', {}, '/home/a/Library/Application Support/Capscope'],
    ['win32', { APPDATA: '/roaming' }, '/roaming/Capscope'],
  ] as const)('on %s with %o', (platform, env, expected) => {
    expect(userDataFolder(platform, env, '/home/a').replaceAll('\\', '/')).toBe(expected);
  });
});
