/**
 * Whether the journal can be written, or made, in each of its places. Each start compares its content; this check does
 * not.
 */
import { journalIn } from '../../journal/files.ts';
import { type Check, type Found, fail, orOk } from '../finding.ts';
import { writeFaultOf } from '../writable.ts';

export const journal: Check = {
  id: 'journal',
  async look(world) {
    const { keysPath, keyBackupDir } = world.config;
    const vaultId = await world.vaultId();
    const found: Found[] = [];
    for (const place of [keysPath, ...(keyBackupDir === undefined ? [] : [keyBackupDir])]) {
      const folder = journalIn(place, vaultId);
      const code = await writeFaultOf(folder);
      if (code === undefined) continue;
      const says = `The journal cannot be written in ${folder} (${code}): erasures stay \`ordered\`, corrections and revocations answer 503.`;
      found.push(fail(says, 'Mend the mount, or give the folder back to the vault’s user.'));
    }
    return orOk(found, 'The journal can be written.');
  },
};
