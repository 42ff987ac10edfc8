/**
 * A graphics card for tests on machines without one: SwiftShader, which Debian's Chromium brings along, with a Vulkan
 * loader. To be imported before the engine `webgpu` is started in this process.
 */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { mustHave, type Lack } from './needs.ts';

const places = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const folder = places.find((path) => existsSync(join(path, 'vk_swiftshader_icd.json')));

function whatLacks(): Lack {
  if (folder !== undefined) return null;
  if (process.platform !== 'linux') return 'WebGPU outside of a page is tested on Linux only, with the SwiftShader of Chromium.';
  return mustHave('There is no SwiftShader here for WebGPU outside of a page; install Chromium, which brings it.');
}
export const lackOfSwiftShader = whatLacks();

if (folder !== undefined) {
  process.env['VK_ICD_FILENAMES'] = join(folder, 'vk_swiftshader_icd.json');
  process.env['XDG_RUNTIME_DIR'] ??= folder; // only so that the loader does not complain
  keepLoaded(join(folder, 'libvulkan.so.1'));
  askRarely();
}

/** Loads a library for good, so that whoever asks for it by its name finds it. */
function keepLoaded(path: string): void {
  const RTLD_NODELETE = 0x1000;
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_LAZY | RTLD_NODELETE);
  } catch {
    // It is no module of Node, but it is loaded.
  }
}

/**
 * While something is computed, Dawn asks by setImmediate over and over whether it is done, which takes a whole processor.
 * A card does not need it; SwiftShader computes on it.
 */
function askRarely(): void {
  const later = <A extends unknown[]>(callback: (...args: A) => void, ...args: A) => setTimeout(callback, 1, ...args);
  globalThis.setImmediate = Object.assign(later, setImmediate);
}
