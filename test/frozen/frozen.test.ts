/** What version 0.1 left on a disk, opened by this one; docs/files.md says what it promises. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { studyIdentity } from '../../src/store/study-identity.ts';
import { capscope } from '../cli/capscope.ts';
import { openStore } from '../store/fixtures.ts';
import { identities, studyOf, thawed } from './frozen-folder.ts';

describe('version 0.1', () => {
  it('left studies that are known again', () => {
    const store = openStore(thawed());
    const [halfDone, finished] = store.studies.list();
    expect(store.studies.find(studyOf('study.json'), finished!.dataset, 'wasm')).toEqual(finished);
    expect(store.studies.find(studyOf('half-done.json'), halfDone!.dataset, 'wasm')).toEqual(halfDone);
    expect(studyIdentity(studyOf('study.json'), finished!.dataset, 'wasm')).toBe(identities.finished);
    expect(studyIdentity(studyOf('half-done.json'), halfDone!.dataset, 'wasm')).toBe(identities.halfDone);
    expect(store.studies.find(studyOf('half-done.json'), halfDone!.dataset, null)).toBeNull();
    expect(store.studies.find(studyOf('half-done.json'), finished!.dataset, 'wasm')).toBeNull();
  });

  it('left a study half-done that goes on to its end', { timeout: 60_000 }, async () => {
    const folder = thawed();
    const before = openStore(folder);
    const [first, ...others] = before.runs(before.studies.list()[0]!.id);
    const weights = before.files.find(first!.id, 'weights')!.sha256;
    before.close();
    const study = ['study', join(folder, 'half-done.json'), '--db', join(folder, 'capscope.db')];
    const { code, stdout, stderr } = await capscope(...study, '--engine', 'wasm', '--threads', '1', '--json');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${first!.name} (${first!.id}): already finished`);
    expect(stderr).toContain(`${others[0]!.name} (${others[0]!.id}): goes on from its checkpoint`);
    // Studies have more arms now; every run of then is still part of it.
    const { runs } = JSON.parse(stdout) as StudyResult;
    expect(runs.map((run) => run.id)).toEqual(expect.arrayContaining([first!, ...others].map((run) => run.id)));
    expect(new Set(runs.map((run) => run.status))).toEqual(new Set(['finished']));
    const after = openStore(folder);
    expect(after.files.find(first!.id, 'weights')!.sha256).toBe(weights);
    expect(after.results.epochs(others[0]!.id).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(after.studies.list().map(({ name }) => name)).toEqual(['Half-done study', 'Finished study']);
  });
});
