/** An SSH server of its own for a test, on the loopback address, behind a line that can be cut. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Lack } from '../needs.ts';

const sshd = '/usr/sbin/sshd';

export const lackOfSshd: Lack = (() => {
  if (process.platform === 'win32') return 'Windows has no SSH server of this kind.';
  const missing = [sshd, 'ssh', 'ssh-keygen', 'rsync'].filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  return missing.length === 0 ? null : `An SSH server is not installed: ${missing.join(', ')} (openssh-server, openssh-client, rsync).`;
})();

export interface Sshd {
  host: string;
  /** What ssh needs to know of it. */
  options: string[];
  /** Bytes that have gone there, connection by connection. */
  sent: number[];
  /** Cuts the line, once, when so many bytes have gone over one connection. */
  cutAfter: (bytes: number) => void;
  /** Nothing gets through any more, or does again. */
  block: (blocked: boolean) => void;
  stop: () => Promise<void>;
}

/** @param env of the sessions, by name. @param home folder in which they begin; by default the user's. */
export async function startSshd(env: Record<string, string> = {}, home: string | null = null): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-sshd-'));
  for (const name of ['host', 'user']) {
    const { status, stderr } = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ssh-keygen: ${stderr}`);
  }
  writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'user.pub')));
  const port = await freePort();
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized')}`,
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      ...(settings.length > 0 ? [`SetEnv ${settings.join(' ')}`] : []),
      ...(home === null ? [] : [`ForceCommand cd '${home}' && eval "$SSH_ORIGINAL_COMMAND"`]),
      '',
    ].join('\n'),
  );
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const child: ChildProcess = spawn(sshd, ['-D', '-e', '-f', join(folder, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr!.on('data', (chunk: Buffer) => (log += chunk.toString()));
  for (let tries = 0; !log.includes('Server listening'); tries++) {
    if (tries === 100 || child.exitCode !== null) throw new Error(`sshd did not come up: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const line = await startLine(port);
  const known = ['-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${join(folder, 'known')}`, '-o', 'LogLevel=ERROR'];
  return {
    host: `${userInfo().username}@127.0.0.1`,
    options: ['-F', '/dev/null', '-p', String(line.port), '-i', join(folder, 'user'), '-o', 'IdentitiesOnly=yes', ...known],
    sent: line.sent,
    cutAfter: line.cutAfter,
    block: line.block,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      line.close();
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startLine(port: number) {
  const sent: number[] = [];
  const sockets = new Set<Socket>();
  let limit = Infinity;
  let blocked = false;
  const server = createServer((client) => {
    if (blocked) {
      client.destroy();
      return;
    }
    const index = sent.push(0) - 1;
    const target = connect(port, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        target.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      sent[index]! += chunk.length;
      if (sent[index]! > limit) {
        limit = Infinity;
        client.destroy();
      }
    });
    client.pipe(target).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sent,
    cutAfter: (bytes: number) => (limit = bytes),
    block: (now: boolean) => {
      blocked = now;
      if (now) for (const socket of sockets) socket.destroy();
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
