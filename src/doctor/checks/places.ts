/**
 * Whether the places that together open a value are apart. With both stores in one folder, or on one server, one theft
 * takes both. With the root key there, too, it takes all but the slots.
 */
import { dirname, relative } from 'node:path';
import { sqlitePath } from '../../storage/opening/url.ts';
import { type Check, type Found, note, orOk, warn } from '../finding.ts';
import type { World } from '../world.ts';

export const places: Check = {
  id: 'places',
  async look(world) {
    const { home, keysPath, rootKey, recordStoreUrl, keyStoreUrl, keyBackupDir } = world.config;
    const [records, keys] = [sqlitePath(recordStoreUrl), sqlitePath(keyStoreUrl)];
    const root = rootKey.from === 'file' ? rootKey.path : undefined;
    const found: Found[] = [];
    const isTogether = [records, keys].every((path) => path !== undefined && isWithin(home, path));
    if (isTogether && root !== undefined && isWithin(home, root)) {
      found.push(
        warn(
          `Both stores and the root key lie in ${home}: who copies that folder has everything.`,
          'Put the root key elsewhere (LETHE_ROOT_KEY_FILE), and the key store on another disk or server.',
        ),
      );
    } else if (root !== undefined && keys !== undefined && dirname(root) === dirname(keys)) {
      found.push(warn(`The root key lies beside the key store, in ${dirname(keys)}.`, 'Name another place for it.'));
    } else if (isTogether) {
      found.push(note(`Both stores lie in ${home}.`));
    }
    found.push(...(await onServers(world)));
    if (keyBackupDir !== undefined && (isWithin(home, keyBackupDir) || isWithin(keysPath, keyBackupDir))) {
      found.push(
        warn(`Copies of the key store go to ${keyBackupDir}, within the home.`, 'Name a place on another disk.'),
      );
    }
    if (keyBackupDir === undefined) {
      found.push(
        warn(
          'LETHE_KEY_BACKUP_DIR is not set: after each close of an epoch there is no copy of the key store that opens.',
          'Set it, for every server.',
        ),
      );
    }
    return orOk(found, 'The stores, the root key and the copies are in places of their own.');
  },
};

async function onServers(world: World): Promise<Found[]> {
  const [records, keys] = await Promise.all([world.server('records'), world.server('keys')]);
  if (records?.system === undefined || records.system !== keys?.system) return [];
  return [
    warn(
      'Both stores are on one PostgreSQL server: who has that has both, and what it loses is lost to both.',
      'Put the key store on a server of its own.',
    ),
  ];
}

function isWithin(folder: string, path: string): boolean {
  return !relative(folder, path).startsWith('..');
}
