/** Global setup of the end-to-end tests: they run what `npm run build` made, which must be of the sources as they are. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const built = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'].map((file) => join(root, file));

export default function build(): void {
  if (built.every((file) => existsSync(file))) {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => join(root, 'src', file));
    const configuration = ['package.json', 'electron.vite.config.ts'].map((file) => join(root, file));
    const newest = Math.max(...[...sources, ...configuration].map((file) => statSync(file).mtimeMs));
    if (newest < Math.min(...built.map((file) => statSync(file).mtimeMs))) return;
  }
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error('The application does not build.');
}
