/** Whom the file system lets read keys, stores and the files with secrets. */
import { stat } from 'node:fs/promises';
import { isOpenToAll } from '../../files.ts';
import { keyFaults } from '../../keyring/private-files.ts';
import { sqlitePath } from '../../storage/opening/url.ts';
import { type Check, type Found, fail, orOk, warn } from '../finding.ts';
import { STORES, urlOf } from '../world.ts';

const OTHERS = 0o077;

export const permissions: Check = {
  id: 'permissions',
  async look(world) {
    if (process.geteuid === undefined) return [];
    const { keysPath, rootKey, slotSecrets, backupDir, keyBackupDir, tls } = world.config;
    const faults = await keyFaults(keysPath, rootKey);
    const found: Found[] = faults.map(({ path, said, mend }) =>
      fail(`${path} is open to others (${said}).`, `${mend}; see keys/README.md, “Who may read this folder”.`),
    );
    const ofTls = tls && ({ from: 'file', path: tls.key } as const);
    for (const source of [slotSecrets.hsmPin, slotSecrets.transitToken, ofTls]) {
      // A path with `{slot}` stands for several; the check `slots` says which of them is open.
      if (source?.from !== 'file' || source.path.includes('{slot}')) continue;
      const there = await stat(source.path).catch(() => undefined);
      if (there === undefined) found.push(fail(`${source.path} cannot be read.`, 'Put the secret there.'));
      else if (isOpenToAll(there)) {
        found.push(fail(`${source.path} is open to others.`, `chmod g-w,o= ${source.path}`));
      }
    }
    const stores = STORES.map((name) => sqlitePath(urlOf(world, name)));
    for (const path of [...stores, backupDir, keyBackupDir]) {
      const there = path === undefined ? undefined : await stat(path).catch(() => undefined);
      if (there === undefined || (there.mode & OTHERS) === 0) continue;
      found.push(warn(`${path} can be read by others.`, `chmod ${there.isDirectory() ? '700' : '600'} ${path}`));
    }
    return orOk(found, 'Keys, stores and secrets are this user’s alone.');
  },
};
