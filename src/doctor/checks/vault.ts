/** Whether there is one vault here, and whether its stores are of this release. */
import { codeOf, StartError } from '../../errors.ts';
import { CALLED } from '../../storage/errors.ts';
import { stepsApart } from '../../storage/opening/migrate.ts';
import type { RecordStore } from '../../storage/tx.ts';
import { type Check, type Found, fail, note, ok, orOk } from '../finding.ts';
import { STORES } from '../world.ts';

export const vault: Check = {
  id: 'vault',
  async look(world) {
    try {
      await world.vaultId();
    } catch (error) {
      if (error instanceof StartError) return [fail(error.message, 'Put that right first: nothing starts here.')];
      throw error;
    }
    const keyring = world.config.rootKey.from === 'shares' ? undefined : world.keyring();
    try {
      await keyring;
    } catch (error) {
      if (!(error instanceof StartError) && codeOf(error) !== 'key_unavailable') throw error;
      return [
        fail(`The vault does not open: ${(error as Error).message}`, 'Put that right first: a restart would fail.'),
      ];
    }
    return keyring === undefined
      ? [note('Home and stores are one vault’s. Its root key is in shares, so what needs it was left out.')]
      : [ok('Home, stores, root key and epochs are one vault’s.')];
  },
};

export const stores: Check = {
  id: 'stores',
  async look(world) {
    const found: Found[] = [];
    for (const name of STORES) {
      // Either is a store, and both are asked the same.
      const store = (await (name === 'records' ? world.recordStore() : world.keyStore())) as RecordStore;
      const server = await world.server(name);
      if (server?.readOnly) {
        found.push(
          fail(
            `The ${CALLED[name]} takes no writes: its server is a standby, or read-only.`,
            'Point its URL at the primary, or promote this one.',
          ),
        );
      }
      const { lacks, unknown } = await stepsApart(store);
      if (unknown.length > 0) {
        found.push(fail(`The ${CALLED[name]} was written by a later release.`, 'Start that release instead.'));
      } else if (lacks.length > 0) {
        found.push(
          note(`The ${CALLED[name]} is of an earlier release: the next start brings it ${lacks.length} steps on.`),
        );
      }
    }
    return orOk(found, 'Both stores answer, and are of this release.');
  },
};
