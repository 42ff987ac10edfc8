import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { mustNotReplace, mustNotReplaceUnasked } from './output-path.ts';

it('lets nothing be written over the database, its folders or what is read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-output-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [db, image, link] = ['a.db', 'image.png', 'link'].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(join(folder, 'runs'));
  for (const file of [db, image]) writeFileSync(file, '');
  symlinkSync(db, link);
  const refused = (path: string) => () => mustNotReplace(path, { db, reads: [image] });
  expect(refused(db)).toThrow('is the database of runs');
  expect(refused(link)).toThrow('is the database of runs');
  expect(refused(`${db}-wal`)).toThrow('is the database of runs');
  expect(refused(join(folder, 'runs', 'x', 'weights.safetensors'))).toThrow('lies in the folder runs');
  expect(refused(image)).toThrow('is read by this command');
  for (const name of ['new.csv', 'runs.csv', 'b.db']) expect(refused(join(folder, name)), name).not.toThrow();
});

it('lets nothing be written unasked over what was not named and is not the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-output-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [path, content] = [join(folder, 'weights.safetensors'), Uint8Array.of(1, 2)];
  const refused = (path: string) => () => mustNotReplaceUnasked(new Map([[path, content]]));
  expect(refused(path)).not.toThrow();
  writeFileSync(path, content);
  expect(refused(path)).not.toThrow();
  writeFileSync(path, Uint8Array.of(1, 3));
  expect(refused(path)).toThrow('is there already');
  expect(refused(folder)).toThrow('is there already');
});
