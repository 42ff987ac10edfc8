/** What version 0.1 left on a disk, opened by this one; README.md says what it is. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StudyResult } from '../../src/shared/results.ts';
import { capscope } from '../cli/capscope.ts';
import { openStore } from '../store/fixtures.ts';
import { studyOf, thawed } from './frozen-folder.ts';

describe('version 0.1', () => {
  it('left studies that are known again', () => {
    const store = openStore(thawed());
    const [halfDone, finished] = store.studies();
    expect(store.findStudy(studyOf('study.json'), finished!.dataset, 'wasm')).toEqual(finished);
    expect(store.findStudy(studyOf('half-done.json'), halfDone!.dataset, 'wasm')).toEqual(halfDone);
    expect(store.findStudy(studyOf('half-done.json'), halfDone!.dataset, null)).toBeNull();
    expect(store.findStudy(studyOf('half-done.json'), finished!.dataset, 'wasm')).toBeNull();
  });

  it('left a study half-done that goes on to its end', { timeout: 60_000 }, async () => {
    const folder = thawed();
    const before = openStore(folder);
    const [first, ...others] = before.runs(before.studies()[0]!.id);
    const weights = before.file(first!.id, 'weights')!.sha256;
    before.close();
    const study = ['study', join(folder, 'half-done.json'), '--db', join(folder, 'capscope.db')];
    const { code, stdout, stderr } = await capscope(...study, '--engine', 'wasm', '--threads', '1', '--json');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`run 1 of 12: ${first!.name} (${first!.id}): already finished`);
    expect(stderr).toContain(`run 2 of 12: ${others[0]!.name} (${others[0]!.id}): goes on from its checkpoint`);
    expect(stderr).not.toContain('epoch 2/20, step 1/');
    const { runs } = JSON.parse(stdout) as StudyResult;
    expect(runs.slice(0, 8).map((run) => [run.id, run.status])).toEqual([first!, ...others].map((run) => [run.id, 'finished']));
    // What was begun before there were controls gets them, too.
    expect(runs.slice(8).map(({ name, status }) => [name.split(' (')[0], status])).toEqual([
      ['CCM alone', 'finished'],
      ['from scratch b0.5 c0', 'finished'],
      ['CCM alone', 'finished'],
      ['from scratch b0.5 c0', 'finished'],
    ]);
    const after = openStore(folder);
    expect(after.file(first!.id, 'weights')!.sha256).toBe(weights);
    expect(after.epochs(others[0]!.id).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });
});
