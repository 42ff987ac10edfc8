/** Runs the terminal's commands as their users do: as a process. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const start = fileURLToPath(new URL('../../src/cli/start.mjs', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function startCapscope(
  args: string[],
  nodeOptions: string[] = [],
  /** Leads a process group, as a command in a terminal does: a signal to it reaches its trainer too. */
  group = false,
  env: NodeJS.ProcessEnv = process.env,
): { child: ChildProcessWithoutNullStreams; ended: Promise<Outcome> } {
  const child = spawn(process.execPath, [...nodeOptions, start, ...args], { detached: group, env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export const capscope = (...args: string[]): Promise<Outcome> => startCapscope(args).ended;
