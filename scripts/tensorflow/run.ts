/** Runs a program; what it says is shown only when it fails. */
import { execFile } from 'node:child_process';

/** Standard output. Rejects with the last lines of what the program wrote when it fails or cannot be started. */
export function output(program: string, args: string[], env: Record<string, string> = {}, cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: { ...process.env, ...env }, cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT') reject(new Error(`${program} is not installed`));
      else reject(new Error(`${program} failed: ${lastLines(`${stdout}\n${stderr}`) || error.message}`));
    });
  });
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-8).join('\n');
