/**
 * What must hold of epochs, slots, certificates and copies at every moment, read from the files and databases themselves
 * while no vault looks after them. Reads only: a database that a killed process left is left to the vault to put right.
 */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { listBackups } from '../../src/backup/backups.ts';
import { assertWhole, type Backup } from '../../src/backup/manifest.ts';
import { deriveKey } from '../../src/crypto/kdf.ts';
import { FileSlot } from '../../src/keyring/slots/file-slot.ts';
import { type DirectDatabase, openDirectly } from './database.ts';

export interface Outside {
  readonly recordStoreUrl: string;
  readonly keyStoreUrl: string;
  readonly keysPath: string;
  /** Where every close leaves a copy of the key store before it destroys anything. */
  readonly copiesPath: string;
}

/** Tables whose rows hold a key that is wrapped under an epoch. */
const WRAPPED = ['buckets', 'index_keys', 'windows', 'signing_keys'];

interface Epoch {
  readonly epoch: number;
  readonly state: string;
  readonly check: Buffer | null;
  readonly begun: boolean;
  readonly verifiedAt: number | null;
  readonly closedAt: number | null;
}

/**
 * Exactly one epoch is active and its secret is in the slot, as is that of every epoch under which anything is wrapped.
 * What counts as destroyed is not there, and was verified before: a whole copy of the key store opens without it. No
 * secret is in the slot that the key store does not know to be there. Nothing has a certificate whose epoch, or one before
 * it, is not destroyed, or was destroyed later than the certificate says. A close that is completed has closed its epoch.
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
    await expectVerified(outside, epochs);
    await expectClosed(records, epochs);
    await expectNoneEarly(records, keys, epochs);
  } finally {
    await Promise.all([records.close(), keys.close()]);
  }
}

/** The job that was ordered last. */
export async function lastJobOf(
  records: DirectDatabase,
): Promise<{ state: string; step: string; code: string | null } | undefined> {
  return (await records.ask('SELECT state, step, code FROM jobs ORDER BY job DESC LIMIT 1'))[0] as never;
}

/** How many closes are completed. */
export async function rotationsOf(records: DirectDatabase): Promise<number> {
  const [row] = await records.ask(
    `SELECT count(*) AS count FROM jobs WHERE kind = 'rotate_epoch' AND state = 'completed'`,
  );
  return Number(row?.count);
}

/** The epoch that is still to begin and whose secret the slot has: whoever goes on with the close draws no other. */
export async function begunOf({ keyStoreUrl, keysPath }: Outside): Promise<number | undefined> {
  const keys = await openDirectly(keyStoreUrl, { readonly: true });
  try {
    const epochs = await epochsOf(keys);
    const last = epochs.at(-1);
    if (last?.state !== 'pre_activation') return undefined;
    return existsSync(`${keysPath}/epochs/${fileOf(last.epoch)}`) ? last.epoch : undefined;
  } finally {
    await keys.close();
  }
}

/** @throws where the epoch was left out, and another took its place */
export async function expectBegun({ keyStoreUrl }: Outside, epoch: number): Promise<void> {
  const keys = await openDirectly(keyStoreUrl, { readonly: true });
  try {
    const row = (await epochsOf(keys)).find((one) => one.epoch === epoch);
    expect(row, `epoch ${epoch}, whose secret was in the slot`).toMatchObject({ begun: true });
  } finally {
    await keys.close();
  }
}

async function epochsOf(keys: DirectDatabase): Promise<Epoch[]> {
  const rows = await keys.ask('SELECT * FROM epochs ORDER BY epoch');
  return rows.map(({ epoch, state, secret_check, activated_at, verified_at, closed_at }) => ({
    epoch: Number(epoch),
    state: state as string,
    check: secret_check as Buffer | null,
    begun: activated_at !== null,
    verifiedAt: timeOf(verified_at),
    closedAt: timeOf(closed_at),
  }));
}

/** PostgreSQL's driver gives 64-bit numbers as text. */
function timeOf(value: unknown): number | null {
  return value === null ? null : Number(value);
}

function fileOf(epoch: number): string {
  return `epoch-${String(epoch).padStart(6, '0')}.key`;
}

async function expectSecrets({ keysPath }: Outside, keys: DirectDatabase, epochs: readonly Epoch[]): Promise<void> {
  const rootKey = Buffer.from((await readFile(`${keysPath}/root.key`, 'ascii')).trim(), 'hex');
  const folder = `${keysPath}/epochs`;
  const slot = new FileSlot(folder, rootKey, { vaultId: (await readFile(`${keysPath}/vault.id`, 'ascii')).trim() });
  const used = new Set<number>();
  for (const table of WRAPPED) {
    // A version of an index key that was removed is under none.
    for (const { epoch } of await keys.ask(`SELECT DISTINCT epoch FROM ${table} WHERE epoch > 0`))
      used.add(Number(epoch));
  }
  for (const epoch of used) expect(epochs.map((row) => row.epoch)).toContain(epoch);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const { epoch, state, check } of epochs) {
    if (state === 'active' || used.has(epoch)) {
      const secret = await slot.get(epoch);
      expect(secret, `the secret of the ${state} epoch ${epoch}`).toHaveLength(32);
      const right = deriveKey(rootKey, 'lethe/epoch-secret-check/1', secret as Buffer, epoch).subarray(0, 16);
      expect(right, `epoch ${epoch}`).toEqual(check);
    }
    if (state === 'destroyed') expect(names.filter((name) => name.startsWith(fileOf(epoch)))).toEqual([]);
  }
  // Noted before it is there, and confirmed when it is gone.
  const held = await keys.ask('SELECT epoch FROM epoch_slots WHERE destroyed_at IS NULL');
  const known = held.map(({ epoch }) => fileOf(Number(epoch)));
  for (const name of names.filter((one) => one.startsWith('epoch-'))) {
    expect(
      known.some((file) => name.startsWith(file)),
      `${name} is known`,
    ).toBe(true);
  }
}

async function expectVerified({ copiesPath }: Outside, epochs: readonly Epoch[]): Promise<void> {
  // A number that was lost before its use is destroyed as well, and there is nothing to verify.
  const destroyed = epochs.filter(({ state, begun }) => state === 'destroyed' && begun);
  for (const { epoch, verifiedAt, closedAt } of destroyed) {
    expect(verifiedAt, `epoch ${epoch} was verified`).not.toBeNull();
    expect(verifiedAt, `epoch ${epoch}`).toBeLessThanOrEqual(closedAt as number);
  }
  const last = destroyed.at(-1)?.epoch;
  if (last === undefined) return;
  const [newest] = await listBackups(copiesPath, 'keys');
  expect(newest?.manifest.epoch, `the copy of the key store, with epoch ${last} destroyed`).toBeGreaterThan(last);
  await assertWhole(newest as Backup);
}

async function expectClosed(records: DirectDatabase, epochs: readonly Epoch[]): Promise<void> {
  const states = new Map(epochs.map(({ epoch, state }) => [epoch, state]));
  const jobs = await records.ask(`SELECT detail FROM jobs WHERE kind = 'rotate_epoch' AND state = 'completed'`);
  for (const { epoch, waitsFor } of jobs.map(({ detail }) => JSON.parse(detail as string))) {
    if (waitsFor.length === 0) expect(states.get(epoch), `epoch ${epoch}, whose close is completed`).toBe('destroyed');
  }
}

async function expectNoneEarly(records: DirectDatabase, keys: DirectDatabase, epochs: readonly Epoch[]): Promise<void> {
  // One that was left out never had anything under it.
  const first = epochs.find(({ begun, state }) => begun && state !== 'destroyed')?.epoch ?? 0;
  const closedAt = new Map(epochs.map((epoch) => [epoch.epoch, epoch.closedAt as number]));
  const certified = await records.ask('SELECT tenant, erasure, issued_at FROM certificates');
  const shreds = await keys.ask('SELECT tenant, erasure, epoch, final_at FROM shreds');
  const epochOf = new Map(shreds.map(({ tenant, erasure, epoch }) => [`${tenant}/${erasure}`, Number(epoch)]));
  const expectNotEarly = (epoch: number | undefined, at: unknown, what: string) => {
    expect(epoch, what).toBeLessThan(first);
    expect(Number(at), what).toBeGreaterThanOrEqual(closedAt.get(epoch as number) as number);
  };
  for (const { tenant, erasure, issued_at } of certified) {
    expectNotEarly(epochOf.get(`${tenant}/${erasure}`), issued_at, `${erasure} is certified`);
  }
  for (const { erasure, epoch, final_at } of shreds) {
    if (final_at !== null) expectNotEarly(Number(epoch), final_at, `${erasure} is final`);
  }
}
