/** `capscope look`, on what version 0.1 left: a finished run, one with a checkpoint, one that has not begun. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { disturbances, type RobustnessPoint } from '../../src/shared/inside/robustness.ts';
import { decodeSafetensors } from '../../src/shared/safetensors.ts';
import { thawed } from '../frozen/frozen-folder.ts';
import { openStore } from '../store/fixtures.ts';
import { capscope } from './capscope.ts';

interface Looked {
  run: { checkpoint: boolean };
  image: string;
  label: string | null;
  read: string[];
  classes: Record<string, number>;
  layers: { layer: string; lengths: number[] }[];
  routing: { layer: string; coupling: number[][][] }[];
  paths: { layer: string; type: number }[][];
}

/** A copy for each test. */
function frozenRuns() {
  const folder = thawed();
  const store = openStore(folder);
  const runs = store.runs();
  const look = (...args: string[]) => capscope('look', ...args, '--db', join(folder, 'capscope.db'));
  const named = (name: string) => runs.find((run) => run.name === name)!;
  const ofStatus = (status: string) => runs.find((run) => run.status === status)!;
  return { folder, store, look, finished: named('unpruned'), ofStatus };
}

it('prints the path, couplings and lengths, and writes figure and data', async () => {
  const { folder, store, look, finished } = frozenRuns();
  const [figure, out] = [join(folder, 'look.svg'), join(folder, 'look.safetensors')];
  const { code, stdout } = await look(finished.id, '--image', '2', '--figure', figure, '--out', out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^run +\w{8} unpruned\nimage +test image 2, .+\nread as +.+/);
  expect(stdout).toMatch(
    /\nlayer +mean length +longest +decided, by iteration[^]+\nPrimary [^]+\nCapsules 1 [^]+\nClasses [^]+\n\nStrongest path/,
  );
  expect(readFileSync(figure, 'utf8')).toMatch(/^<svg [^]*unpruned, test image 2[^]*<\/svg>\n$/);
  const { tensors, metadata } = decodeSafetensors(readFileSync(out), out);
  expect(metadata).toMatchObject({ 'capscope.run': finished.id, 'capscope.image': 'test image 2' });

  const { stdout: json } = await look(finished.id, '--image', '2', '--json');
  const looked = JSON.parse(json) as Looked;
  // Of the network as it was tested when it was trained.
  const lengths = decodeSafetensors(store.files.read(store.files.find(finished.id, 'activity')!), 'activity').tensors.get('classes')!;
  const classes = Object.values(looked.classes);
  for (const [c, length] of classes.entries()) expect(length).toBeCloseTo(Number(lengths.data[2 * classes.length + c]!), 5);
  expect(looked.read).toEqual([Object.keys(looked.classes)[classes.indexOf(Math.max(...classes))]]);
  for (const { layer, lengths: ofLayer } of looked.layers) expect([...tensors.get(`${layer}.lengths`)!.data]).toEqual(ofLayer);
  for (const { layer, coupling } of looked.routing) expect([...tensors.get(`${layer}.coupling`)!.data]).toEqual(coupling.flat(2));
  expect(looked.paths.at(-1)!.map(({ layer }) => layer)).toEqual(looked.layers.map(({ layer }) => layer).reverse());
});

it('takes an image file through the preparation of the run, and a checkpoint', async () => {
  const { folder, look, ofStatus } = frozenRuns();
  const stopped = ofStatus('stopped');
  const image = join(folder, 'drawn.png');
  writeFileSync(
    image,
    await sharp({ create: { width: 40, height: 40, channels: 3, background: '#808080' } })
      .png()
      .toBuffer(),
  );
  const figure = join(folder, 'look.png');
  const { code, stdout } = await look(stopped.id, '--file', image, '--json', '--figure', figure);
  expect(code).toBe(0);
  const { format, width } = await sharp(figure).metadata();
  expect(format).toBe('png');
  expect(width).toBeGreaterThan(500);
  const { run, image: name, label, layers } = JSON.parse(stdout) as Looked;
  expect([run.checkpoint, name, label]).toEqual([true, 'drawn.png', null]);
  expect(layers.length).toBeGreaterThan(2);
});

it('disturbs test images more and more', async () => {
  const { store, look, finished } = frozenRuns();
  const { code, stdout } = await look(finished.id, '--disturb', 'scale', '--json');
  expect(code).toBe(0);
  const { points } = JSON.parse(stdout) as { points: RobustnessPoint[] };
  expect(points.map(({ value }) => value)).toEqual(disturbances.scale.values);
  const { accuracy } = store.results.final(finished.id)!.evaluation;
  expect(points.find(({ value }) => value === 1)!.accuracy).toBeCloseTo(accuracy, 6);
});

it('refuses in one line what it cannot look at', async () => {
  const { folder, look, finished, ofStatus } = frozenRuns();
  const queued = ofStatus('queued');
  for (const [args, message] of [
    [[queued.id], 'has no weights yet: it can be looked into after its first epoch'],
    [[finished.id, '--image', '99999'], '--image 99999: there is no such test image; expected 0 to '],
    [[finished.id, '--file', join(folder, 'nowhere.png')], 'nowhere.png: there is no such file or folder'],
    [[finished.id, '--file', join(folder, 'capscope.db')], 'it is no image that can be read'],
    [[finished.id, '--figure', 'look.pdf'], '--figure look.pdf: expected a file that ends in .svg or .png'],
    [[finished.id, '--file', 'a', '--image', '1'], 'give one of them'],
    [[finished.id, '--disturb', 'turn', '--image', '1'], 'leave one of them out'],
  ] as const) {
    const { code, stdout, stderr } = await look(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^capscope: [^\n]+\n$/);
    expect(stderr).toContain(message);
  }
});
