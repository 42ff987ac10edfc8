/** A Slurm of its own for a test: controller, one node of two processors, no accounting database. As root, because slurmd starts jobs as others. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lack } from '../needs.ts';

const programs = ['slurmctld', 'slurmd', 'sbatch', 'munged'];

export const lackOfSlurm: Lack = (() => {
  if (process.platform !== 'linux') return 'Slurm runs on Linux only.';
  if (process.getuid?.() !== 0) return 'A Slurm for tests has to be started by root.';
  const missing = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: withSbin() }).status !== 0);
  return missing.length === 0
    ? null
    : `Slurm is not installed: ${missing.join(', ')} (Debian's slurmctld, slurmd, slurm-client and munge).`;
})();

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
}

export interface Slurm {
  /** Environment in which its commands find it. */
  env: NodeJS.ProcessEnv;
  run: (program: string, ...args: string[]) => string;
  stop: () => Promise<void>;
}

export async function startSlurm(): Promise<Slurm> {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-slurm-'));
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
  const conf = join(folder, 'slurm.conf');
  const [controller, node] = [20_000 + (process.pid % 10_000), 40_000 + (process.pid % 10_000)];
  writeFileSync(
    conf,
    `ClusterName=test
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=root
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0,requeue_delay=1
MailProg=/bin/true
KillWait=20
MinJobAge=300
StateSaveLocation=${join(folder, 'state')}
SlurmdSpoolDir=${join(folder, 'spool')}
SlurmctldLogFile=${join(folder, 'slurmctld.log')}
SlurmdLogFile=${join(folder, 'slurmd.log')}
SlurmctldPidFile=${join(folder, 'slurmctld.pid')}
SlurmdPidFile=${join(folder, 'slurmd.pid')}
GresTypes=gpu
NodeName=node0 NodeHostname=${hostname()} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 Feature=fast Gres=gpu:pretended:1 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES
`,
  );
  // A card that Slurm gives out, and that nobody computes on.
  writeFileSync(join(folder, 'gres.conf'), 'NodeName=node0 Name=gpu Type=pretended File=/dev/null\n');
  const env = { ...withSbin(), SLURM_CONF: conf };
  const run = (program: string, ...args: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(program, args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
    return stdout;
  };
  const daemons: ChildProcess[] = [];
  const start = (program: string, ...args: string[]): void => void daemons.push(spawn(program, args, { env, stdio: 'ignore' }));
  ensureMunge(run);
  start('slurmctld', '-D');
  start('slurmd', '-D', '-N', 'node0');
  const stop = async (): Promise<void> => {
    const ended = daemons.filter(({ exitCode }) => exitCode === null).map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of daemons) child.kill('SIGTERM');
    await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 10_000))]);
    for (const child of daemons) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (let tries = 0; ; tries++) {
    const { stdout } = spawnSync('sinfo', ['--noheader', '--format=%T'], { env, encoding: 'utf8' });
    if (/idle/.test(stdout)) return { env, run, stop };
    if (tries === 100) {
      const logs = ['slurmctld.log', 'slurmd.log'].map((name) => join(folder, name)).filter((path) => existsSync(path));
      const text = logs.map((path) => readFileSync(path, 'utf8')).join('\n');
      await stop();
      throw new Error(`Slurm did not come up: ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The one that authenticates is shared with whatever else runs here, and stays. */
function ensureMunge(run: (program: string, ...args: string[]) => string): void {
  if (spawnSync('munge', ['-n'], { stdio: 'ignore' }).status === 0) return;
  if (!existsSync('/etc/munge/munge.key')) run('mungekey', '--create');
  mkdirSync('/run/munge', { recursive: true });
  for (const path of ['/run/munge', '/etc/munge', '/etc/munge/munge.key', '/var/lib/munge', '/var/log/munge'])
    run('chown', 'munge:munge', path);
  run('runuser', '-u', 'munge', '--', 'munged');
}
