/** The Python that tests hold files against: `PYTHON`, or the system's. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { Lack } from '../needs.ts';

const python = process.env['PYTHON'] ?? 'python3';

/** Without importing them: PyTorch alone takes seconds. */
export function lackOf(who: string, packages: string[]): Lack {
  const find = 'import importlib.util as u, sys; print(*(name for name in sys.argv[1:] if u.find_spec(name) is None))';
  const { error, stdout } = spawnSync(python, ['-c', find, ...packages], { encoding: 'utf8' });
  const missing = error ? '' : stdout.trim().replaceAll(' ', ', ');
  if (!error && missing === '') return null;
  return `${who} needs ${python} with ${packages.join(', ')} (${error?.message ?? `without ${missing}`}); PYTHON names another.`;
}

/** Answers what it prints. */
export async function runPython(args: string[], cwd?: string): Promise<string> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', OMP_NUM_THREADS: '1' };
  return (await promisify(execFile)(python, args, { ...(cwd && { cwd }), env, maxBuffer: 2 ** 26 })).stdout;
}
