/** Where the database lies when nobody says otherwise: where Electron's app.getPath('userData') points for an app named Capscope, so that window and terminal share it. */
import { homedir } from 'node:os';
import { join } from 'node:path';

export function userDataFolder(platform = process.platform, env = process.env, home = homedir()): string {
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Capscope');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Capscope');
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'Capscope');
}

export function defaultDatabasePath(): string {
  return join(userDataFolder(), 'capscope.db');
}

/** Where `npm run engine:tensorflow` puts TensorFlow. */
export function tensorflowFolder(): string {
  return join(userDataFolder(), 'engines', 'tensorflow');
}
