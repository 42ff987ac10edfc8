/** Who is at the terminal asks for something once more: by Enter, or by a signal where there is no terminal. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Milliseconds between two looks at whether this process is in front. */
const frontInterval = 2000;

/**
 * Calls back until the function that it answers is called. A process in the background must not read from its terminal, or the
 * system stops it, and with it what is being trained; it listens again once it is brought to the front.
 */
export function onAskedAgain(callback: () => void): () => void {
  const { stdin } = process;
  const listen = (): void => {
    if (inForeground()) {
      stdin.resume();
      return;
    }
    stdin.pause();
    // Shells do not say so when they bring one to the front that runs already.
    setTimeout(listen, frontInterval).unref();
  };
  if (stdin.isTTY) {
    stdin.on('data', callback);
    // A terminal that is closed is no reason to end.
    stdin.on('error', () => undefined);
    listen();
    process.on('SIGCONT', listen);
  }
  if (process.platform !== 'win32') process.on('SIGUSR2', callback);
  return () => {
    process.off('SIGCONT', listen);
    process.off('SIGUSR2', callback);
    if (!stdin.isTTY) return;
    stdin.off('data', callback);
    stdin.pause();
  };
}

/** Whether this process's group is the one that its terminal listens to. */
function inForeground(): boolean {
  if (process.platform === 'win32') return true;
  try {
    const [group, foreground] = groups();
    return group === foreground;
  } catch {
    return false;
  }
}

function groups(): [string | undefined, string | undefined] {
  if (process.platform === 'linux') {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // Fields 5 and 8; the second is the program's name in parentheses and may itself hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [fields[2], fields[5]];
  }
  const [group, foreground] = execFileSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/);
  return [group, foreground];
}
