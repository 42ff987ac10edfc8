/** Starts browser mode as `npm run serve` does, and a browser at the address that it prints. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { lackOfChromium, launchOptions } from '../chromium.ts';
import { lackOfSignals, type Lack } from '../needs.ts';
import { complaintsOf, dragging, tellProgram, waitFor, type Session } from './session.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Ctrl-C is what ends browser mode. */
export const lackOfBrowserMode: Lack = lackOfSignals ?? lackOfChromium;

export interface BrowserMode extends Session {
  /** With the code that the page has used. */
  url: string;
  /** Asks for a further address, as who is not at the terminal does. */
  askAgain: () => Promise<string>;
  /** What the terminal shows. */
  printed: () => string;
  /** Ctrl-C. Resolves with the exit code. */
  interrupt: () => Promise<number | null>;
}

/** @param command arguments of node, e.g. `src/cli/start.mjs serve`. */
export async function openBrowserMode(command: readonly string[]): Promise<BrowserMode> {
  const server = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const exited = once(server, 'exit') as Promise<[number | null]>;
  let printed = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const url = await waitFor(() => /http:\/\/\S+/.exec(printed)?.[0]);
  const browser: Browser = await chromium.launch(launchOptions);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(url);
  await tellProgram(page, 'browser mode');
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  const interrupt = async () => {
    // To the whole group, as a terminal does: the trainer hears it too.
    process.kill(-server.pid!, 'SIGINT');
    return (await exited)[0];
  };
  return {
    page,
    url,
    askAgain: () => {
      const before = printed.length;
      process.kill(server.pid!, 'SIGUSR2');
      return waitFor(() => /http:\/\/\S+/.exec(printed.slice(before))?.[0]);
    },
    complaints,
    printed: () => printed,
    interrupt,
    ...(await dragging(page)),
    saved: async (button) => {
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
    },
    trainer: () => waitFor(() => childOf(server.pid!, 'trainer/node/process')),
    close: async () => {
      await browser.close();
      if (server.exitCode === null) await interrupt();
    },
  };
}

/** Process id of a descendant whose command line says this. */
function childOf(parent: number, words: string): number | undefined {
  for (const { pid, command } of children(parent)) {
    if (command.includes(words)) return pid;
    const further = childOf(pid, words);
    if (further !== undefined) return further;
  }
  return undefined;
}

interface Child {
  pid: number;
  command: string;
}

/** Read from the system where it says so in files, because small Linux systems have no `ps`. */
function children(parent: number): Child[] {
  if (process.platform === 'linux') {
    const pids = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return pids.map((pid) => ({ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }));
  }
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).matchAll(/^ *(\d+) +(\d+) (.*)$/gm);
  return [...lines].filter(([, , of]) => Number(of) === parent).map(([, pid, , command]) => ({ pid: Number(pid), command: command! }));
}
