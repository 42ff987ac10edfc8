/** Networks between Capscope and PyTorch: resources/pytorch/capsnet.py against the engine, and back. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { forward } from '../../src/engine/jobs/forward.ts';
import { Predictor } from '../../src/engine/jobs/predict.ts';
import { readWeights } from '../../src/exchange/weights/read.ts';
import { decodeSafetensors, decodeWeights, encodeSafetensors, encodeWeights } from '../../src/shared/safetensors.ts';
import { decodeNetworkFile, encodeNetworkFile, specKey } from '../../src/shared/weights-file.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { capscope } from '../cli/capscope.ts';
import { thawed } from '../frozen/frozen-folder.ts';
import { needs } from '../needs.ts';
import { relativeError } from '../network/golden.ts';
import { openStore } from '../store/fixtures.ts';
import { examples, images } from './networks.ts';
import { lackOf, runPython } from './python.ts';

const module = fileURLToPath(new URL('../../resources/pytorch', import.meta.url));
const checks = fileURLToPath(new URL('check_pytorch.py', import.meta.url));
const COUNT = 4;
const TOLERANCE = 1e-4;

describe('capsnet.py', needs(lackOf('resources/pytorch/capsnet.py', ['numpy', 'torch', 'safetensors'])), () => {
  const all = examples();
  const folder = mkdtempSync(join(tmpdir(), 'capscope-pytorch-'));
  const at = (i: number, file: string) => join(folder, String(i), file);
  const inputs = all.map(({ input }) => {
    const shape = [COUNT, input.height, input.width, input.channels];
    return { shape, data: Float32Array.from(images(COUNT, input, 7), (value) => value / 255) };
  });
  let engine: Engine;
  let trained: { losses: number[]; still: string[] }[];
  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm', threads: 1 });
    for (const [i, { weights, network, input, classes, standardisation }] of all.entries()) {
      mkdirSync(join(folder, String(i)));
      writeFileSync(at(i, 'weights.safetensors'), encodeNetworkFile({ network, input, classes, standardisation }, weights));
      writeFileSync(at(i, 'input.safetensors'), encodeWeights(new Map([['images', inputs[i]!]]), {}));
    }
    trained = JSON.parse(await runPython([checks, folder, module])) as typeof trained;
  });
  afterAll(() => {
    engine.dispose();
    rmSync(folder, { recursive: true });
  });
  const read = (i: number, file: string) => decodeWeights(readFileSync(at(i, file)), file).weights;

  it.each(all.map(({ name }, i) => ({ name, i })))('computes every layer as the engine does, and the decoder: $name', async ({ i }) => {
    const example = all[i]!;
    const actual = await forward({ ...example, images: inputs[i]! }, engine);
    const expected = read(i, 'torch.safetensors');
    const reconstruction = expected.get('reconstruction');
    expected.delete('reconstruction');
    expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { shape, data }] of expected) {
      expect(actual.get(name)!.shape, name).toEqual(shape);
      expect(relativeError(actual.get(name)!.data, data), name).toBeLessThanOrEqual(TOLERANCE);
    }
    const predictor = new Predictor(example, engine);
    const predicted = await predictor.predict(inputs[i]!);
    predictor.dispose();
    expect(predicted.reconstruction === null).toBe(reconstruction === undefined);
    if (reconstruction) expect(relativeError(predicted.reconstruction!, reconstruction.data)).toBeLessThanOrEqual(TOLERANCE);
  });

  it('trains: every parameter moves, and the loss falls', () => {
    for (const [i, { losses, still }] of trained.entries()) {
      expect(still, all[i]!.name).toEqual([]);
      expect(losses.at(-1), all[i]!.name).toBeLessThan(losses[0]!);
    }
  });

  it.each(['trained.safetensors', 'trained.pt', 'checkpoint.pt'])('saves weights that are read back: %s', (file) => {
    for (const i of [1, 4]) {
      const { weights, spec } = readWeights(readFileSync(at(i, file)), file);
      const { weights: expected } = decodeNetworkFile(readFileSync(at(i, 'trained.safetensors')), 'trained');
      expect(weights).toEqual(expected);
      if (file.endsWith('.pt')) expect(spec).toBeNull();
      else expect(spec).toMatchObject({ network: all[i]!.network });
    }
  });

  it('goes with a run into a folder whose example works, and comes back as a run that can be pruned', { timeout: 120_000 }, async () => {
    const home = thawed();
    const store = openStore(home);
    const db = ['--db', join(home, 'capscope.db')];
    const source = store.runs().find(({ status, spec }) => status === 'finished' && spec.pruning !== null)!;
    const target = join(home, 'for-pytorch');
    const exported = await capscope('export', source.id, target, '--pytorch', ...db);
    expect([exported.code, exported.stderr]).toEqual([0, '']);
    // As a script it does what `capscope forward` does.
    const { input } = decodeNetworkFile(readFileSync(join(target, 'weights.safetensors')), 'weights');
    const shape = [3, input.height, input.width, input.channels];
    const data = Float32Array.from(images(3, input), (value) => value / 255);
    writeFileSync(join(target, 'in.safetensors'), encodeWeights(new Map([['images', { shape, data }]]), {}));
    const steps = [
      'import runpy, sys, torch, capsnet',
      'runpy.run_path("example.py")',
      'sys.argv[1:] = ["weights.safetensors", "in.safetensors", "torch.safetensors"]',
      'runpy.run_path("capsnet.py", run_name="__main__")',
      'torch.save(capsnet.load("weights.safetensors").state_dict(), "w.pt")',
    ];
    expect(await runPython(['-c', steps.join('\n')], target)).toMatch(/^they look like \['/);
    const [weights, images_, out] = ['weights', 'in', 'out'].map((name) => join(target, `${name}.safetensors`)) as [string, string, string];
    expect((await capscope('forward', weights, images_, out)).code).toBe(0);
    const outputs = ['torch', 'out'].map((name) =>
      decodeWeights(readFileSync(join(target, `${name}.safetensors`)), name).weights.get('classes')!,
    );
    expect(relativeError(outputs[1]!.data, outputs[0]!.data)).toBeLessThanOrEqual(TOLERANCE);

    writeFileSync(join(target, 'spec.json'), JSON.stringify(source.spec.network));
    const dataset = ['--dataset', source.dataset.slice(0, 12)];
    const spec = ['--network', join(target, 'spec.json')];
    const imported = await capscope('import-weights', join(target, 'w.pt'), ...spec, ...dataset, '--engine', 'wasm', '--json', ...db);
    expect(imported.code, imported.stderr).toBe(0);
    const { id, accuracy } = JSON.parse(imported.stdout) as { id: string; accuracy: number };
    expect(accuracy).toBeCloseTo(store.results.evaluation(source.id)!.accuracy, 6);
    expect(store.run(id)).toMatchObject({ status: 'finished', params: source.params, parent: null });
    expect(store.results.final(id)!.analysis.coupling.length).toBeGreaterThan(0);
    const compared = await capscope('compare', id, source.id, ...db);
    expect([compared.code, compared.stdout]).toEqual([0, expect.stringContaining(id)]);
    expect(store.summaries([id])[0]).toMatchObject({ accuracy, arm: 'unpruned' });
  });
});

describe('import-weights', () => {
  it('refuses what does not fit, with name, shape found and shape expected', async () => {
    const home = thawed();
    const store = openStore(home);
    const source = store.runs().find(({ status, spec }) => status === 'finished' && spec.pruning === null)!;
    const weights = store.files.path(store.files.find(source.id, 'weights')!);
    const before = store.runs().length;
    const { network } = source.spec;
    const refused = async (change: object, file = weights) => {
      const spec = join(home, 'spec.json');
      writeFileSync(spec, JSON.stringify({ ...network, ...change }));
      const args = ['--network', spec, '--dataset', source.dataset.slice(0, 12), '--db', store.path];
      const { code, stderr } = await capscope('import-weights', file, ...args);
      expect(code).toBe(2);
      return stderr;
    };
    const { types, dim } = network.primary;
    expect(await refused({ primary: { ...network.primary, types: types + 1 } })).toMatch(
      new RegExp(`tensor "primary\\.conv\\.weight" has shape \\[${types * dim}, [\\d, ]+\\], expected \\[${(types + 1) * dim}, `),
    );
    expect(await refused({ bias: true })).toContain('tensor "capsules.0.bias" is missing');
    expect(await refused({ squash: 'none' })).toContain('squash');
    const broken = join(home, 'broken.pt');
    copyFileSync(weights, broken);
    writeFileSync(broken, 'PK nothing');
    expect(await refused({}, broken)).toContain('cannot be unpacked');

    const { tensors, metadata } = decodeSafetensors(readFileSync(weights), weights);
    const changed = join(home, 'changed.safetensors');
    const write = (about = metadata) => writeFileSync(changed, encodeSafetensors({ tensors, metadata: about }));
    const said = JSON.parse(metadata[specKey]!) as { classes: string[] };
    write({ ...metadata, [specKey]: JSON.stringify({ ...said, classes: said.classes.toReversed() }) });
    expect(await refused({}, changed)).toContain('has the classes in the order');
    for (const value of [NaN, 3e38]) {
      const { data } = tensors.get('classes.weight')!;
      (data as Float32Array).fill(value);
      write();
      expect(await refused({}, changed)).toContain(Number.isNaN(value) ? '"classes.weight" holds NaN' : 'too large to be computed with');
    }
    expect(store.runs()).toHaveLength(before);
  });
});
