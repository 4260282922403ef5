/**
 * What a certificate says of an erasure, gathered from the two stores. Every sentence is fixed, and every number and
 * time is read from where the act itself was noted.
 *
 * Guarantees: there is no statement about an erasure that is not completed, that has a key left in the key store, or
 * whose epochs have no slot's statement. Nor is there one if its records are not exactly those whose keys the key store
 * noted as destroyed for it: a writer of the record store can neither add a record nor remove one.
 * Does not: decide whether the epochs are destroyed; `certificate.ts` does.
 */
import { type LineDigest, lineDigest } from '../../crypto/digest.ts';
import type { RecordId, SubjectId, TenantId } from '../../ids.ts';
import type { DestroyedEpoch } from '../../keyring/epochs/epoch-ledger.ts';
import { stateOf } from '../../keyring/indexes/index-key.ts';
import { replacementDueAt, versionsOfNames } from '../../keyring/indexes/index-versions.ts';
import type { Destruction, SlotKind, SlotTier } from '../../keyring/slots/root-slot.ts';
import type { IndexKeyRow } from '../../keyring/tables.ts';
import { hasKeys, keysOf } from '../../keyring/tree/key-rows.ts';
import { countMirrored, mirroredOf, pagesOfTombstones, type TombstoneRow } from '../../records/tombstones.ts';
import { RELEASE } from '../../release.ts';
import type { Reader } from '../../storage/tx.ts';
import type { DestructionRow } from '../destructions.ts';
import { indexesOf, type ShredRow } from '../shreds.ts';
import { CERTIFICATE_VERSION, type Statement } from './schema.ts';

const MAX_IDS = 100;
/** Records that are compared with the key store in one statement. */
const PAGE = 500;

const SANITIZATION: Statement['sanitization'] = {
  standard: 'NIST SP 800-88 rev. 2, 4.6 and appendix C',
  method: 'Cryptographic Erase (3.2), a technique: the keys were destroyed, and the epoch secret that wrapped them.',
  tool: { name: 'Lethe', version: RELEASE },
  verification:
    'Full: no key of these records is in the key store; this epoch and every earlier one is destroyed; every root slot ' +
    'that held a secret of them has confirmed its destruction, and every node of the vault that it has none, in memory or ' +
    'in slots of its own, but for those that `nodes` says were given up.',
  leftOut:
    'Make, model, serial number, property number, type, source and destination of a medium: none is sanitized, but ' +
    'values on any media. Clear, purge or destroy: none is claimed. What each deletion is worth, `slots` says; the ' +
    'cryptography is in no validated module (FIPS 140). Name, title, place, contact and signature of a person: ' +
    '`orderedBy` is the pseudonym of who ordered it, and the vault itself carried it out and signs.',
};
const ALGORITHMS: Statement['algorithms'] = {
  values: 'XChaCha20-Poly1305-IETF, committing to its key by BLAKE2b; one key for each record and generation',
  keys: 'XChaCha20-Poly1305-IETF, committing; record key under bucket key under epoch key; epoch key by keyed BLAKE2b from root key and epoch secret',
  keyBits: 256,
};
const REMAINS = [
  'Tombstones: ids of the records, the erasure and the times, in both stores, for good.',
  'The audit log: ids of the records, and of the subject where one was named.',
  'The tokens: they stand for nothing any more. One of the format `card` keeps the real last four digits of the number, wherever it has been written.',
  'Copies of the sealed values in backups of the record store: no key opens them.',
  'Index entries of the values in copies of the key store made before: whoever has such a copy and the index key can test guesses. ' +
    'A key leaves the key store when the rotation that replaces it has ended; copies of it are of use until the epoch of that time is closed.',
];
const LIMITS = [
  'Values shown, and epoch secrets or keys copied, before the epoch was destroyed are beyond the vault.',
  'A slot’s deletion is worth what its statement says, and no more.',
  'Processes that ran at that time may have held keys in memory, swap or core dumps until they ended.',
  'The time at which an index key is due is planned: its rotation is ordered then, or later, by a server that runs with its schedule on, ' +
    'and the key stays for as long as one entry under it waits for a value that is on its way between the stores or does not open.',
];

export interface Sources {
  readonly records: Reader<'records'>;
  readonly keys: Reader<'keys'>;
  readonly issuer: string;
  /** Whether index keys are replaced on schedule. */
  readonly scheduled: boolean;
}

interface SlotKnown {
  readonly kind: SlotKind;
  readonly tier: SlotTier;
}

/** Epochs and slots, read once for many statements. */
export interface History {
  /** Every epoch from the first on, as long as each is certainly destroyed. */
  readonly destroyed: readonly DestroyedEpoch[];
  /** What each slot is, by its name. */
  readonly places: ReadonlyMap<string, SlotKnown>;
  /** The last epoch through which every node that was not given up said that it has forgotten all secrets. */
  readonly forgottenThrough: number;
  /** Nodes that were given up: what each had forgotten, and the newest epoch of which it may hold something. */
  readonly abandoned: readonly {
    readonly node: string;
    readonly forgot: number;
    readonly through: number;
    readonly at: Date;
  }[];
}

/** The highest epoch that is certainly destroyed in every slot, as is every one before it; 0 where none is. */
export function destroyedThrough({ destroyed }: History): number {
  return destroyed.at(-1)?.row.epoch ?? 0;
}

/** The same, and also forgotten by every node: what may be certified. */
export function certainThrough(history: History): number {
  return Math.min(destroyedThrough(history), history.forgottenThrough);
}

/** @returns undefined for an erasure of which nothing may be stated yet */
export async function statementOf(
  from: Sources,
  history: History,
  erasure: DestructionRow,
  shred: ShredRow,
  now: Date,
): Promise<Statement | undefined> {
  if (erasure.shredded_at === null || erasure.state !== 'completed') return undefined;
  const ordered = epochAt(history.destroyed, erasure.ordered_at, shred.epoch);
  const slots = slotsOf(history, ordered, shred.epoch);
  const records = await recordsOf(from, erasure, shred);
  if (slots === undefined || records === undefined) return undefined;
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    iss: from.issuer,
    iat: Math.floor(now.getTime() / 1000),
    jti: erasure.erasure as Statement['jti'],
    version: CERTIFICATE_VERSION,
    tenant: erasure.tenant,
    ...(erasure.scope === 'tenant' ? { scope: 'tenant' as const } : {}),
    ...(erasure.subject === null ? {} : { subject: erasure.subject as SubjectId }),
    cause: 'erased',
    records,
    orderedBy: erasure.ordered_by,
    orderedAt: time(erasure.ordered_at),
    shreddedAt: time(erasure.shredded_at),
    finalAt: now.toISOString(),
    sanitization: SANITIZATION,
    algorithms: ALGORITHMS,
    epochs: { ordered, last: shred.epoch, destroyedThrough: destroyedThrough(history) },
    slots,
    ...nodesOf(history, ordered, shred.epoch),
    remains: { indexKeys: await indexKeysOf(from, shred, now), notes: REMAINS },
    limits: LIMITS,
  };
}

/** The epoch that was active at a time, as far as the epochs' own times tell; at most `last`. */
function epochAt(destroyed: readonly DestroyedEpoch[], ms: number, last: number): number {
  const begun = destroyed.filter(({ row }) => row.epoch <= last && row.activated_at !== null && row.activated_at <= ms);
  return begun.at(-1)?.row.epoch ?? last;
}

/** @returns undefined where an epoch has no slot, a slot made no statement, or nobody knows what a slot is */
function slotsOf({ destroyed, places }: History, first: number, last: number): Statement['slots'] | undefined {
  const stated: Statement['slots'] = [];
  for (const { row, slots } of destroyed.slice(first - 1, last)) {
    const { epoch } = row;
    // Nothing was ever wrapped under an epoch that was never used.
    if (row.activated_at === null) continue;
    if (slots.length === 0) return undefined;
    for (const { slot, destroyed_at, statement } of slots) {
      const what = places.get(slot);
      if (what === undefined || destroyed_at === null || statement === null) return undefined;
      const destroyedAt = new Date(destroyed_at).toISOString();
      const { method, statement: said } = JSON.parse(statement) as Destruction;
      stated.push({ epoch, slot, ...what, method, statement: said, destroyedAt });
    }
  }
  return stated.some(({ epoch }) => epoch === last) ? stated : undefined;
}

const ABANDONED =
  'The node was given up while nothing was heard of it: whether its memory and root slots of its own still hold the secret is not known.';

/** The nodes that were given up while they might have held a secret of these epochs. */
function nodesOf({ abandoned }: History, first: number, last: number): Pick<Statement, 'nodes'> {
  const given = abandoned.filter(({ forgot, through }) => forgot < last && through >= first);
  if (given.length === 0) return {};
  return {
    nodes: given.map(({ node, at }) => ({ node, abandonedAt: at.toISOString(), statement: ABANDONED })),
  };
}

/** @returns undefined while one of their keys is in the key store, or where the two stores name different records */
async function recordsOf(
  from: Sources,
  erasure: DestructionRow,
  shred: ShredRow,
): Promise<Statement['records'] | undefined> {
  if (erasure.scope === 'tenant') {
    // One tombstone stands for all, so nobody has a list of them.
    return (await hasKeys(from.keys, erasure.tenant)) ? undefined : { count: shred.records };
  }
  const digest: LineDigest = lineDigest();
  const ids: RecordId[] = [];
  let [count, left, noted] = [0, 0, 0];
  for await (const page of pagesOfTombstones(from.records, erasure, PAGE)) {
    count += page.length;
    left += await keysLeft(from.keys, erasure.tenant as TenantId, page);
    noted += await destroyedFor(from.keys, erasure, page);
    for (const { record } of page) {
      digest.add(record);
      if (ids.length <= MAX_IDS) ids.push(record as RecordId);
    }
  }
  if (left > 0 || noted !== count || count !== erasure.records) return undefined;
  if ((await countMirrored(from.keys, erasure.tenant, erasure.erasure)) > count) return undefined;
  return { count, sha256: digest.hex(), ...(count <= MAX_IDS ? { ids } : {}) };
}

/** @returns how many of these the key store noted as destroyed, for this erasure and no other */
async function destroyedFor(
  reader: Reader<'keys'>,
  { tenant, erasure }: Pick<DestructionRow, 'tenant' | 'erasure'>,
  page: readonly TombstoneRow[],
): Promise<number> {
  const mirrored = await mirroredOf(reader, tenant as TenantId, page);
  // A mirror of the first releases does not say for which erasure.
  return mirrored.filter((row) => row !== undefined && (row.erasure ?? erasure) === erasure).length;
}

async function keysLeft(reader: Reader<'keys'>, tenant: TenantId, page: readonly TombstoneRow[]): Promise<number> {
  const records = page.map(({ record }) => record);
  return (await keysOf(reader, tenant, records)).flat().length;
}

async function indexKeysOf(from: Sources, shred: ShredRow, now: Date): Promise<Statement['remains']['indexKeys']> {
  const wanted = indexesOf(shred).map((index) => {
    const at = index.lastIndexOf('/');
    return { name: index.slice(0, at), version: Number(index.slice(at + 1)) };
  });
  if (wanted.length === 0) return [];
  const names = wanted.map(({ name }) => name);
  const found = await versionsOfNames(from.keys, shred.tenant, names);
  return wanted.map(({ name, version }, i) => {
    const row = found[i]?.find((one) => one.version === version);
    if (row === undefined || stateOf(row) === 'removed') return { name, version, ...dropped(row) };
    const dueAt = from.scheduled ? replacementDueAt(row, now) : undefined;
    return { name, version, state: 'live' as const, until: dueAt?.toISOString() ?? null };
  });
}

/** @param row of a removed version, which stays without its key; undefined where its tenant was erased since */
function dropped(row: IndexKeyRow | undefined) {
  const { removed_at = null, removed_epoch = null } = row ?? {};
  return {
    ...{ state: 'dropped' as const, until: null },
    ...(removed_at === null ? {} : { droppedAt: new Date(removed_at).toISOString() }),
    ...(removed_epoch === null ? {} : { epoch: removed_epoch }),
  };
}
