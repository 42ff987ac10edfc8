/** The studies that come with Capscope. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StudySpec } from '../shared/spec/study.ts';
import { readWhole } from '../store/disk.ts';

const extension = '.json';

/** Studies of docs/replication.md lie beside the presets. They are named by their files: some need images that do not come with Capscope. */
const replication = 'replication-';

export function presetNames(resources: string): string[] {
  const names = readdirSync(join(resources, 'studies')).filter((name) => name.endsWith(extension) && !name.startsWith(replication));
  return names.map((name) => name.slice(0, -extension.length));
}

export const presetPath = (resources: string, name: string): string => join(resources, 'studies', `${name}${extension}`);

export function readPresets(resources: string): { name: string; spec: StudySpec }[] {
  return presetNames(resources).map((name) => {
    const text = new TextDecoder().decode(readWhole(presetPath(resources, name)));
    return { name, spec: StudySpec.parse(JSON.parse(text)) };
  });
}
