/** Attacks on the server of browser mode and its trainers. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import type { QueueState } from '../../src/shared/contract/index.ts';
import type { RandomStream } from '../../src/shared/random.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { writeTinyStudy } from '../../test/cli/tiny-study.ts';
import { startClient, type Client } from '../../test/server/client.ts';
import { look, pause, type Campaign } from './campaign.ts';
import { listRuns } from '../../test/list-runs.ts';

export async function killServersAndTrainers(random: RandomStream, db: string, kills: number): Promise<Campaign> {
  const campaign: Campaign = { what: 'kill -9 of a server, or of its trainer', times: 0, kept: 0, lost: 0, damaged: 0, crashes: 0 };
  const folder = dirname(db);
  writeTinyStudy(folder, {}, 480);
  let client = await startClient(db);
  const opened = (await client.call('datasets.open', { task: 'data', paths: [join(folder, 'data')] })) as {
    dataset: { fingerprint: string };
  };
  const [run] = (await client.call('queue.train', {
    name: 'long',
    dataset: opened.dataset.fingerprint,
    network: networkOf({ types: 2, dim: 4, depth: 1 }),
    training: TrainingSpec.parse({ epochs: 10_000, batch: 32 }),
  })) as [string];
  let told = 0;
  client.on('epoch', () => told++);
  while (campaign.times < kills) {
    await client.next('step');
    await pause(random.int(0, 700));
    const trainer = random.float() < 0.5 ? trainerOf(client) : null;
    if (trainer === null) {
      client.kill();
      await once(client.process, 'exit');
      const { damaged, epochs } = look(db);
      campaign.damaged += Number(damaged);
      campaign.lost! += Math.max(0, told - epochs);
      told = epochs;
      client = await startClient(db);
      client.on('epoch', () => told++);
      const { waiting } = (await client.call('queue.state')) as QueueState;
      // Killed, it is what comes first at the next start, which holds it.
      if (waiting.includes(run)) await client.call('queue.continue');
      else await client.call('queue.resume', { ids: [run] });
    } else {
      const ended = client.next('queue', (state) => (state as QueueState).running.length === 0);
      process.kill(trainer, 'SIGKILL');
      await ended;
      const { status } = (await listRuns(client.call))[0]!;
      campaign.crashes += Number(status !== 'interrupted' || client.process.exitCode !== null);
      await client.call('queue.resume', { ids: [run] });
    }
    campaign.times++;
  }
  client.kill();
  await once(client.process, 'exit');
  const { damaged, epochs } = look(db);
  return { ...campaign, kept: epochs, lost: campaign.lost! + Math.max(0, told - epochs), damaged: campaign.damaged + Number(damaged) };
}

/** Null where the system does not say. */
function trainerOf({ pid }: Client): number | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
    return children.find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('trainer/node/process')) ?? null;
  } catch {
    return null;
  }
}
