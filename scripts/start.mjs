/** `npm start`: the workbench in Electron, or, where Electron's program cannot be had, in a browser. */
import { spawn } from 'node:child_process';
import { electronProgram } from './electron-program.mjs';

const args = process.argv.slice(2);

const electron = electronProgram();
if (electron === null)
  console.log('Electron could not be downloaded (its program comes from github.com); Capscope opens in the browser instead.');
const child =
  electron === null
    ? spawn(process.execPath, ['src/cli/start.mjs', 'serve', ...args], { stdio: 'inherit' })
    : spawn(electron, ['.', ...args], { stdio: 'inherit' });
// Ctrl-C reaches the child too, which saves before it ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => process.exit(code ?? 1));
