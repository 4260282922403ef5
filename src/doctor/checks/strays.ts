/** Stray key material: files that the vault does not use, or that interrupted work has left. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessGone } from '../../files.ts';
import { EPOCHS_FOLDER } from '../../keyring/private-files.ts';
import { type Check, type Found, orOk, warn } from '../finding.ts';

export const strays: Check = {
  id: 'strays',
  async look({ config: { keysPath, rootKey } }) {
    const found: Found[] = [];
    const inKeys = await namesIn(keysPath);
    const used = rootKey.from === 'file' ? rootKey.path : undefined;
    const named = join(keysPath, 'root.key');
    if (inKeys.includes('root.key') && used !== named) {
      found.push(
        warn(`${named} is there, and is not the root key in use.`, 'Once the vault opens without it, destroy it.'),
      );
    }
    const epochs = (await namesIn(join(keysPath, EPOCHS_FOLDER))).map((name) => join(EPOCHS_FOLDER, name));
    for (const name of [...inKeys, ...epochs].filter((one) => /\.[0-9a-f]+\.new$|\.restoring$/.test(one))) {
      found.push(
        warn(`${join(keysPath, name)} was left by work that broke off.`, 'With every server stopped, remove it.'),
      );
    }
    for (const name of epochs.filter((one) => !/^epochs\/(epoch-\d{6,}\.key|(vault|slot)\.id|.*\.new)$/.test(one))) {
      found.push(
        warn(`${join(keysPath, name)} is no file of the vault’s: a copy of an epoch’s secret, perhaps.`, COPIES),
      );
    }
    const shares = inKeys.filter((name) => /^share-\d+\.txt$/.test(name));
    if (shares.length > 0) found.push(warn(`Shares of the root key lie in ${keysPath}.`, 'Give each to one person.'));
    return orOk(found, 'Nothing lies among the keys that does not belong there.');
  },
};

const COPIES = 'If it is one, every certificate of that epoch is untrue until it is destroyed.';

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessGone)) ?? [];
}
