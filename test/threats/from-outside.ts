/**
 * What must hold of epochs, slots and certificates at every moment, read from the files and databases themselves while
 * no vault looks after them. Reads only: a database that a killed process left is left to the vault to put right.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { FileSlot } from '../../src/keyring/file-slot.ts';
import { type DirectDatabase, openDirectly } from './database.ts';

export interface Outside {
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  readonly keysPath: string;
}

/** Tables whose rows hold a key that is wrapped under an epoch. */
const WRAPPED = ['buckets', 'index_keys', 'windows', 'signing_keys'];

interface Epoch {
  readonly epoch: number;
  readonly state: string;
  readonly check: Buffer | null;
  readonly begun: boolean;
}

/**
 * Exactly one epoch is active and its secret is in the slot, as is that of every epoch under which anything is wrapped;
 * what counts as destroyed is not there; nothing has a certificate whose epoch, or one before it, is not destroyed.
 */
export async function expectSafe(outside: Outside): Promise<void> {
  const [records, keys] = await Promise.all([
    openDirectly(outside.recordStoreUrl, { readonly: true }),
    openDirectly(outside.keyStoreUrl, { readonly: true }),
  ]);
  try {
    const epochs = await epochsOf(keys);
    expect(epochs.filter(({ state }) => state === 'active')).toHaveLength(1);
    await expectSecrets(outside, keys, epochs);
    await expectNoneEarly(records, keys, epochs);
  } finally {
    await Promise.all([records.close(), keys.close()]);
  }
}

/** The long jobs of the vault, the oldest first. */
export async function jobsOf(records: DirectDatabase): Promise<{ state: string; step: string; code: string | null }[]> {
  return (await records.ask('SELECT state, step, code FROM jobs ORDER BY job')) as never;
}

async function epochsOf(keys: DirectDatabase): Promise<Epoch[]> {
  const rows = await keys.ask('SELECT * FROM epochs ORDER BY epoch');
  return rows.map(({ epoch, state, secret_check, activated_at }) => ({
    epoch: Number(epoch),
    state: state as string,
    check: secret_check as Buffer | null,
    begun: activated_at !== null,
  }));
}

async function expectSecrets({ keysPath }: Outside, keys: DirectDatabase, epochs: readonly Epoch[]): Promise<void> {
  const rootKey = Buffer.from((await readFile(`${keysPath}/root.key`, 'ascii')).trim(), 'hex');
  const folder = `${keysPath}/epochs`;
  const slot = new FileSlot(folder, rootKey);
  const used = new Set<number>();
  for (const table of WRAPPED) {
    // A version of an index key that was removed is under none.
    for (const { epoch } of await keys.ask(`SELECT DISTINCT epoch FROM ${table} WHERE epoch > 0`))
      used.add(Number(epoch));
  }
  for (const epoch of used) expect(epochs.map((row) => row.epoch)).toContain(epoch);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const { epoch, state, check } of epochs) {
    const file = `epoch-${String(epoch).padStart(6, '0')}.key`;
    if (state === 'active' || used.has(epoch)) {
      const secret = await slot.get(epoch);
      expect(secret, `the secret of the ${state} epoch ${epoch}`).toHaveLength(32);
      const right = deriveKey(rootKey, 'lethe/epoch-secret-check/1', secret as Buffer, epoch).subarray(0, 16);
      expect(right, `epoch ${epoch}`).toEqual(check);
    }
    if (state === 'destroyed') expect(names.filter((name) => name.startsWith(file))).toEqual([]);
  }
}

async function expectNoneEarly(records: DirectDatabase, keys: DirectDatabase, epochs: readonly Epoch[]): Promise<void> {
  // One that was left out never had anything under it.
  const first = epochs.find(({ begun, state }) => begun && state !== 'destroyed')?.epoch ?? 0;
  const certified = await records.ask('SELECT tenant, erasure FROM certificates');
  const shreds = await keys.ask('SELECT tenant, erasure, epoch, final_at FROM shreds');
  const epochOf = new Map(shreds.map(({ tenant, erasure, epoch }) => [`${tenant}/${erasure}`, Number(epoch)]));
  for (const { tenant, erasure } of certified) {
    expect(epochOf.get(`${tenant}/${erasure}`), `${erasure} is certified`).toBeLessThan(first);
  }
  for (const { erasure, epoch, final_at } of shreds) {
    if (final_at !== null) expect(Number(epoch), `${erasure} is final`).toBeLessThan(first);
  }
}
