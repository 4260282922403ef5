/**
 * Makes two stores agree again after one of them was restored from a backup.
 *
 * It first revokes, in both stores, the principals and tokens that either store or the journal knows to be revoked. It
 * runs every erasure and correction that the record store remembers once more, so that an older key store loses again
 * what was destroyed. It writes what the key store's mirror remembers back into an older record store, and erases every
 * tenant again that the mirror knows to be erased. It does again what the journal remembers and a store has lost, also
 * if both have lost it. It may be interrupted and run again.
 *
 * A principal that was revoked since the copy does not run it, as long as somebody else with a working API key could.
 * If there is nobody, nothing else would ever start the vault again, and whoever can run it can read every store and
 * key file there is.
 */

import { hasEndedSince } from '../../access/narrowings.ts';
import { UnauthenticatedError } from '../../access/principals.ts';
import { isKeptRevoked } from '../../access/revocations.ts';
import { rolesWith } from '../../access/roles.ts';
import { listAdmitted } from '../../access/store.ts';
import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { forgetLost } from '../../canaries/canaries.ts';
import { countDestructions, pagesOfDestructions } from '../../erasure/destructions.ts';
import { NAMED, type Replayed, replayMirror, writeBackEmpty } from '../../erasure/replay.ts';
import { keepRemembered, replayJournal } from '../../erasure/replay-journal.ts';
import { type RevokedAgain, replayRevocations } from '../../erasure/replay-revocations.ts';
import { orderAgain } from '../../erasure/tenant-agreement.ts';
import { complete } from '../../erasure/tenants.ts';
import type { TenantId } from '../../ids.ts';
import { findTenantTombstones } from '../../keyring/tenant-tombstones.ts';
import { sizeOfMirror } from '../../records/tombstones.ts';
import { endLoss } from '../../records/vault-facts.ts';
import type { Vault } from '../../vault/vault.ts';
import { commandOperation } from '../operation.ts';

const PAGE = 200;
const INCARNATION_BYTES = 16;

export interface Recovered {
  /** Entries of the journal that a store had lost. */
  readonly remembered: number;
  /** Lines of the journal that this vault did not write, or not under this root key: ignored. */
  readonly doubtful: number;
  /** Erasures and corrections that were run again in the key store. */
  readonly erasures: number;
  /** What was written back into the record store. */
  readonly replayed: Replayed;
  readonly revoked: RevokedAgain;
}

/** How far it is: it looks at `entries` of the journal, runs `erasures` again, looks at the mirror's `tombstones`. */
export type RecoverProgress = (step: 'entries' | 'erasures' | 'tombstones', done: number, total: number) => void;

/** @param vault opened with `recovering` */
export const recover = commandOperation({
  operationId: 'recover',
  action: 'recover',
  work: (vault: Vault, caller: Caller, progress: RecoverProgress = () => {}): Promise<Recovered> =>
    perform<Recovered>(vault, caller, { action: 'recover', mayTakeLong: true }, async (door) => {
      await keepRemembered(vault);
      await assertNotRevokedSince(vault, caller);
      const revoked = await replayRevocations(vault, vault.clock());
      const ordered = await countDestructions(vault.recordStore.reader);
      let erasures = 0;
      const again = await replayJournal(vault, (looked) => progress('entries', looked, looked));
      await orderAgain(vault);
      for await (const page of pagesOfDestructions(vault.recordStore.reader, PAGE)) {
        for (const row of page) await complete(vault, row, vault.clock);
        erasures += page.length;
        progress('erasures', erasures, ordered);
      }
      if (erasures === 0) progress('erasures', erasures, ordered);
      const total = await sizeOfMirror(vault.keyStore.reader);
      const mirror = await replayMirror(vault, vault.clock(), (looked) => progress('tombstones', looked, total));
      await writeBackEmpty(vault, vault.clock());
      const lostRecords = [...new Set([...again.lost, ...mirror.lostRecords])].slice(0, NAMED);
      const replayed = {
        tombstones: again.tombstones + mirror.tombstones,
        records: again.records + mirror.records,
        lost: again.lost.length + mirror.lost,
        lostRecords,
      };
      await forgetLost(vault);
      const { doubtful } = vault.journal;
      const reply = { remembered: again.entries, doubtful, erasures, replayed, revoked };
      const recovered = await door.commit('shared', async () => ({ reply, entry: {} }));
      // This comes last. It clears the word that a store lost what it had acknowledged; until then no node starts.
      await endLoss([vault.recordStore, vault.keyStore], vault.random(INCARNATION_BYTES).toString('hex'));
      return recovered;
    }),
});

/** @throws {UnauthenticatedError} */
async function assertNotRevokedSince(vault: Vault, caller: Caller): Promise<void> {
  const { recordStore, keyStore, clock } = vault;
  const now = clock();
  const revoked = async (tenant: TenantId, target: string, keys: readonly string[]) => {
    if (await isKeptRevoked(keyStore.reader, { tenant, kind: 'principal', target })) return true;
    for (const key of keys) if (!(await hasEndedSince(vault, tenant, key, now))) return false;
    return true;
  };
  if (!(await revoked(caller.tenant, caller.principal, [caller.apiKey]))) return;
  for (const { tenant, principal, keys } of await listAdmitted(recordStore.reader, rolesWith(['recover']), now)) {
    // Of a tenant that was erased since the copy nobody is let in either.
    const [buried] = await findTenantTombstones(keyStore.reader, [tenant]);
    const ids = keys.map((row) => row.api_key);
    if (buried === undefined && !(await revoked(tenant, principal, ids))) throw new UnauthenticatedError(caller);
  }
}
