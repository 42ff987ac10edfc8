/** Runs other programs: the batch system's, ssh, rsync. */
import { spawn } from 'node:child_process';
import { InputError } from '../shared/input-error.ts';

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Whether it may use the terminal to ask for passwords. */
  asks?: boolean;
  /** Ends it, and what it was asked for is refused with the signal's reason. */
  signal?: AbortSignal | undefined;
  onOutput?: (text: string) => void;
}

/** Throws an InputError when there is no such program. */
export function run(program: string, args: readonly string[], { asks = false, signal, onOutput }: RunOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [asks ? 'inherit' : 'ignore', 'pipe', 'pipe'], signal });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      onOutput?.(chunk.toString());
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        signal?.aborted
          ? (signal.reason as Error)
          : error.code === 'ENOENT'
            ? new InputError(`there is no program ${program} here`, { cause: error })
            : error,
      ),
    );
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The same, and throws an InputError with what it said when it did not end well. */
export async function ran(program: string, args: readonly string[], options = {}): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code !== 0)
    throw new InputError(`${program} ended with code ${code}: ${lastLine(stderr) || lastLine(stdout) || 'it does not say why'}`);
  return stdout;
}

export const lastLine = (text: string): string => text.trim().split('\n').at(-1)!.trim();
