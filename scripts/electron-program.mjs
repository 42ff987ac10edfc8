/** Electron's program, which its package downloads when it is first asked for. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Its path, or null where it can neither be found nor downloaded. Asked in a process of its own, because the package writes to the terminal. */
export function electronProgram() {
  const { stdout } = spawnSync(process.execPath, ['-p', 'require("electron")'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const path = stdout.trim().split('\n').at(-1);
  return path && existsSync(path) ? path : null;
}

/** The folder with everything that belongs to the program, or null where there is none. */
export function electronFolder() {
  if (electronProgram() === null) return null;
  return process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist');
}
