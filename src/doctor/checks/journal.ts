/** Whether the journal can be written in each of its places. Each start compares its content; this check does not. */
import { access, constants, stat } from 'node:fs/promises';
import { journalIn } from '../../journal/files.ts';
import { type Check, type Found, fail, orOk } from '../finding.ts';

export const journal: Check = {
  id: 'journal',
  async look(world) {
    const { keysPath, keyBackupDir } = world.config;
    const vaultId = await world.vaultId();
    const found: Found[] = [];
    for (const place of [keysPath, ...(keyBackupDir === undefined ? [] : [keyBackupDir])]) {
      const folder = journalIn(place, vaultId);
      const code = await faultOf(folder);
      if (code === undefined) continue;
      const says = `The journal cannot be written in ${folder} (${code}): erasures stay \`ordered\`, corrections and revocations answer 503.`;
      found.push(fail(says, 'Mend the mount, or give the folder back to the vault’s user.'));
    }
    return orOk(found, 'The journal can be written.');
  },
};

/** @returns undefined where it is well, or where the first entry will create it */
async function faultOf(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'ENOTDIR';
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? undefined : (code ?? 'unknown');
  }
}
