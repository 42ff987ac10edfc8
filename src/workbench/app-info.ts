/** What pages say of the program. */
import manifest from '../../package.json' with { type: 'json' };
import type { AppInfo } from '../shared/contract/index.ts';
import type { Host } from './host.ts';

export function infoOf(host: Host, database: string): AppInfo {
  const { platform, versions } = process;
  const known = platform === 'linux' || platform === 'darwin' || platform === 'win32';
  const named = Object.entries(versions).filter((entry): entry is [string, string] => ['node', 'electron', 'chrome'].includes(entry[0]));
  return {
    version: manifest.version,
    mode: host.mode,
    platform: known ? platform : 'other',
    versions: Object.fromEntries(named),
    database,
  };
}
