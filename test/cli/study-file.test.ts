import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/shared/input-error.ts';
import { presets, readStudy } from '../../src/cli/study-file.ts';
import { rescue } from '../../src/store/rescue/rescue.ts';
import { Store } from '../../src/store/store.ts';
import { lackOfPipes, needs } from '../needs.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const study = { name: 'a', networks: [{ types: 4 }], epochs: { train: 1, fineTune: 1 } };

function written(content: unknown): string {
  const path = join(temporaryFolder(), 'study.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('study file', () => {
  it('has its defaults filled in, its runs planned and its folder remembered', () => {
    const path = written(study);
    const { spec, plan, folder } = readStudy(path);
    expect(spec).toMatchObject({ ccm: 0.01, seeds: [1], training: { batch: 32 }, data: { path: 'sample' } });
    expect(plan.map(({ role }) => role)).toEqual(['unpruned']);
    expect(join(folder, 'study.json')).toBe(path);
  });

  it('takes one seed instead of its own', () => {
    const { spec, plan } = readStudy(written({ ...study, seeds: [1, 2, 3] }), 7);
    expect(spec.seeds).toEqual([7]);
    expect(plan.map(({ spec }) => spec.seed)).toEqual([7]);
  });

  it.each<[unknown, string]>([
    ['{"name": "a",}', 'is not JSON: '],
    ['', 'is not JSON: '],
    [{ ...study, epochs: { train: 0, fineTune: 1 } }, ': epochs.train: expected at least 1, found 0'],
    [{ ...study, colour: 1 }, ': unknown field "colour"'],
    [
      { ...study, networks: [{ types: 4 }, { backbone: [{ channels: 0 }], primary: { types: 1, dim: 1 }, intermediate: [] }] },
      ': networks[1].backbone[0].channels: expected at least 1, found 0',
    ],
    [{ ...study, pruning: { capsules: 0.5, capsuleLayers: 'inherit' } }, ': pruning: granularity: inheriting capsule weights needs'],
    [{ ...study, pruning: [{ capsules: 0.5, capsuleLayers: 'inherit' }] }, ': pruning[0].granularity: inheriting'],
    [{ ...study, arms: ['pruned'] }, ': arms: without "pruning" only the arm "unpruned" runs'],
    [{ ...study, arms: ['ccm'], ccm: 0, pruning: [{}] }, ': arms: without "pruning", or at "ccm": 0, only'],
    [
      { ...study, colour: 1, epochs: { train: 'x' } },
      ': epochs.train: expected a number, found "x"; epochs.fineTune: missing, expected a number; unknown',
    ],
    [null, ': expected an object, found null'],
    [{ ...study, networks: { backbone: 1 } }, ': networks: expected a list, found an object'],
  ])('%# is refused in one line that names file and field', (content, reason) => {
    const path = written(content);
    const read = () => readStudy(path);
    expect(read).toThrow(InputError);
    expect(read).toThrow(`${path}${reason.startsWith(':') ? '' : ' '}${reason}`);
    expect(read).not.toThrow('\n');
  });

  it('must be there', () => {
    expect(() => readStudy('nowhere.json')).toThrow(
      'there is no study file or preset nowhere.json; presets are border, paper, quick, remedies',
    );
    const folder = join(temporaryFolder(), 'folder');
    mkdirSync(folder);
    expect(() => readStudy(folder)).toThrow(`${folder} is a folder; expected a file`);
  });

  it('must not name a field twice', () => {
    const path = join(temporaryFolder(), 'study.json');
    writeFileSync(path, JSON.stringify(study).replace('{', '{"epochs":{"train":1,"train":2,"fineTune":1},'));
    expect(() => readStudy(path)).toThrow(`${path}: epochs.train is given twice; expected each field once`);
  });

  it('must not be a pipe that nobody writes to', needs(lackOfPipes), () => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    expect(() => readStudy(path)).toThrow(`${path} is a named pipe; expected a file`);
    expect(() => rescue(path, `${path}.db`)).toThrow(`${path} is a named pipe; expected a file`);
    expect(() => new Store(path)).toThrow(`${path} is a named pipe; expected a file`);
    expect(() => rescue(join(path, '..'), `${path}.db`)).toThrow(/is a folder; expected a file$/);
  });

  it('comes with presets that are valid', () => {
    expect(presets()).toEqual(expect.arrayContaining(['quick', 'paper']));
    for (const preset of presets()) expect(readStudy(preset).spec.name).toBe(preset);
    // These are found by their files.
    expect(presets().filter((name) => name.startsWith('replication'))).toEqual([]);
    expect(readStudy('resources/studies/replication-depth.json').plan.length).toBeGreaterThan(0);
  });
});
