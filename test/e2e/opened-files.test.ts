/** Files of runs that the system hands over: what becomes of them is said in the window, at the start as later. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import { makeFolder, removeFolder } from './session.ts';

describe(driven('a run file that cannot be read'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  const file = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, 'no run');
    return path;
  };
  const complaint = (name: string) => desktop.page.getByText(`${name} is not an exported run`).waitFor();

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, args: [file('start.capscope')] });
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  it('is complained of when it is named at the start', () => complaint('start.capscope'));
  it('is complained of when a second start names it', async () => {
    const path = file('second.capscope');
    await desktop.app.evaluate(({ app }, argv) => void app.emit('second-instance', {}, argv, '/'), ['capscope', path]);
    await complaint('second.capscope');
  });
  it('is complained of when it is opened as on a Mac', async () => {
    await desktop.app.evaluate(
      ({ app }, path) => void app.emit('open-file', { preventDefault: () => undefined }, path),
      file('mac.capscope'),
    );
    await complaint('mac.capscope');
  });
});
