/**
 * A graphics card for tests on machines without one: SwiftShader, which Debian's Chromium brings along, with a Vulkan
 * loader. To be imported before the engine `webgpu` is started in this process.
 */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

const folder = ['/usr/lib/chromium', '/usr/lib/chromium-browser'].find((path) => existsSync(join(path, 'vk_swiftshader_icd.json')));

/** Whether there is one; if not, says so once, because the tests that need it are skipped. */
export const hasSwiftShader = folder !== undefined;

if (folder) {
  process.env['VK_ICD_FILENAMES'] = join(folder, 'vk_swiftshader_icd.json');
  process.env['XDG_RUNTIME_DIR'] ??= folder; // only so that the loader does not complain
  keepLoaded(join(folder, 'libvulkan.so.1'));
} else {
  const missing = 'Install Chromium, which brings SwiftShader, to run the tests of WebGPU.';
  if (process.env['CI']) throw new Error(missing);
  console.warn(`Skipped: ${missing}`);
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
