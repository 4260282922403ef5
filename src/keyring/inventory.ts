/**
 * The inventory of keys: kinds, states, times and numbers. Reads rows, opens nothing.
 *
 * Guarantees: numbers are those of one tenant; of the vault's own keys there is nothing to count by tenant. Costs what
 * the tenant's index and window keys are, and of buckets and record keys at most `COUNTED` rows of an index each.
 * Does not: say when a bucket key was last renewed, which is stored nowhere.
 */
import type { TenantId } from '../ids.ts';
import { count, select, type Where } from '../storage/queries.ts';
import { packed } from '../storage/table.ts';
import type { Reader } from '../storage/tx.ts';
import { type KeyWithoutPeriod as Draft, withPeriod } from './cryptoperiods.ts';
import { type IndexKeyState, isOwn, stateOf as stateOfVersion } from './indexes/index-key.ts';
import type { KeyEntry, KeyState } from './schema.ts';
import * as tables from './tables.ts';
import { type EpochRow, epochSlots, epochs } from './tables.ts';

/** Rows counted of a kind; beyond, an entry says `atLeast`. */
export const COUNTED = 10_000;
/** Epochs shown: every one that is not destroyed, and so many of those that are. */
const DESTROYED_SHOWN = 30;

export interface InventoryOptions {
  readonly tenant: TenantId;
  readonly now: Date;
  /** Where the root key came from: a closed word. */
  readonly rootKeyFrom: string;
  readonly epochSeconds: number;
}

/** From the root of the key tree to its leaves. */
export async function inventory(reader: Reader<'keys'>, options: InventoryOptions): Promise<KeyEntry[]> {
  const shown = await epochRows(reader);
  const drafts: Draft[] = [
    rootKey(options),
    ...(await secretsOf(reader, shown)),
    ...shown.map(epochKeyOf),
    ...(await bucketKeys(reader, options.tenant)),
    ...(await recordKeys(reader, options.tenant)),
    ...(await indexKeys(reader, options.tenant, shown)),
    ...(await windowKeys(reader, options.tenant)),
    ...(await signingKeys(reader, shown)),
  ];
  return drafts.map((draft) => withPeriod(draft, options.now, options.epochSeconds));
}

/** When it was made is stored nowhere. */
function rootKey({ rootKeyFrom }: InventoryOptions): Draft {
  return {
    ...{ kind: 'root_key', name: rootKeyFrom, state: 'active', protects: 'epoch keys, with each epoch’s secret' },
    count: 1,
  };
}

async function epochRows(reader: Reader<'keys'>): Promise<EpochRow[]> {
  const newest = (where: Where<typeof epochs>, limit: number) =>
    select(reader, epochs, { where, orderBy: ['epoch'], descending: true, limit });
  const live = await newest({ state: { not: 'destroyed' } }, COUNTED);
  const destroyed = await newest({ state: 'destroyed' }, DESTROYED_SHOWN);
  // What was compromised keeps being of interest however long ago it was.
  const compromised = await newest({ compromised_at: { not: null } }, DESTROYED_SHOWN);
  const all = new Map([...live, ...destroyed, ...compromised].map((row) => [row.epoch, row]));
  return [...all.values()].sort((a, b) => b.epoch - a.epoch);
}

async function secretsOf(reader: Reader<'keys'>, shown: readonly EpochRow[]): Promise<Draft[]> {
  const where = { epoch: { in: shown.map(({ epoch }) => epoch) } };
  const rows = await select(reader, epochSlots, { where, orderBy: ['epoch', 'slot'] });
  return shown.map((row) => ({
    ...{ kind: 'epoch_secret', epoch: row.epoch, state: stateOf(row), protects: 'the epoch key', count: 1 },
    ...timesOf(row),
    slots: rows
      .filter(({ epoch }) => epoch === row.epoch)
      .map(({ slot, stored_at, destroyed_at }) => ({
        ...{ slot, storedAt: new Date(stored_at).toISOString(), ...times({ destroyedAt: destroyed_at }) },
      })),
  }));
}

function epochKeyOf(row: EpochRow): Draft {
  return {
    ...{ kind: 'epoch_key', epoch: row.epoch, state: stateOf(row), count: 1 },
    ...{ protects: 'bucket, index, window and signing keys', ...timesOf(row) },
  };
}

/** A key that is destroyed stays so; that it was compromised is in its times (SP 800-57 part 1 rev. 5, 7.6). */
function stateOf({ state, compromised_at }: EpochRow): KeyState {
  return state !== 'destroyed' && compromised_at !== null ? 'compromised' : (state as KeyState);
}

function timesOf(row: EpochRow) {
  return times({
    ...{ createdAt: row.created_at, activatedAt: row.activated_at, deactivatedAt: row.deactivated_at },
    ...{ compromisedAt: row.compromised_at, destroyedAt: row.closed_at },
  });
}

async function bucketKeys(reader: Reader<'keys'>, tenant: TenantId): Promise<Draft[]> {
  const columns = ['epoch', 'compromised_at', 'created_at'] as const;
  const all = { columns, where: { tenant }, orderBy: ['bucket'], limit: COUNTED + 1 } as const;
  const rows = await select(reader, tables.buckets, all);
  const atLeast = rows.length > COUNTED;
  const groups = new Map<string, typeof rows>();
  for (const row of rows.slice(0, COUNTED)) {
    const name = `${row.epoch}/${row.compromised_at !== null}`;
    const group = groups.get(name) ?? [];
    group.push(row);
    groups.set(name, group);
  }
  return [...groups.values()].map((group) => ({
    ...{ kind: 'bucket_key', epoch: group[0]?.epoch, protects: 'record keys', ...numberOf(group.length, atLeast) },
    ...stateAndTimes(
      group.map((row) => row.created_at),
      group.flatMap((row) => row.compromised_at ?? []),
    ),
  }));
}

async function recordKeys(reader: Reader<'keys'>, tenant: TenantId): Promise<Draft[]> {
  const held = await count(reader, tables.recordKeys, { where: { tenant }, limit: COUNTED + 1 });
  const stolen = await reader.query<{ at: number }>((sql) =>
    sql({ b: tables.buckets.name })
      .join({ r: tables.recordKeys.name }, { 'r.tenant': 'b.tenant', 'r.bucket': 'b.bucket' })
      .select('b.compromised_at as at')
      .where('b.tenant', packed(tables.buckets, 'tenant', tenant))
      .whereNotNull('b.compromised_at')
      .limit(COUNTED + 1),
  );
  const lost = Math.min(stolen.length, COUNTED);
  const entry = { kind: 'record_key', protects: 'one value each' } as const;
  const sound = Math.max(Math.min(held, COUNTED) - lost, 0);
  const active: Draft = { ...entry, state: 'active', ...numberOf(sound, held > COUNTED) };
  if (lost === 0) return [active];
  const since = stateAndTimes(
    [],
    stolen.map(({ at }) => at),
  );
  return [active, { ...entry, ...since, ...numberOf(lost, stolen.length > COUNTED) }];
}

/** A key wrapped under an epoch that was compromised is compromised with it, if it was there by then. */
function stolenWith(createdAt: number, shown: readonly EpochRow[]): number | undefined {
  return shown.find(
    (row) => row.compromised_at !== null && createdAt <= (row.deactivated_at ?? Number.POSITIVE_INFINITY),
  )?.compromised_at as number | undefined;
}

async function indexKeys(reader: Reader<'keys'>, tenant: TenantId, shown: readonly EpochRow[]): Promise<Draft[]> {
  const all = { where: { tenant }, orderBy: ['name', 'version'], limit: COUNTED } as const;
  const rows = await select(reader, tables.indexKeys, all);
  return rows.map((row) => {
    const own = isOwn(row.name);
    const compromised = stolenWith(row.created_at, shown);
    return {
      ...{ kind: own ? 'mac_key' : 'index_key', name: row.name, version: row.version, epoch: row.epoch, count: 1 },
      protects: own ? 'the vault’s own rows of this purpose' : 'the blind index of this name',
      state: indexState(stateOfVersion(row), compromised),
      ...times({ createdAt: row.created_at, compromisedAt: compromised, destroyedAt: row.removed_at }),
    };
  });
}

/** A version that is being filled makes MACs already; one that leaves is read until its rows are gone. */
function indexState(state: IndexKeyState, compromised: number | undefined): KeyState {
  if (state === 'removed') return 'destroyed';
  if (compromised !== undefined) return 'compromised';
  return state === 'leaving' || state === 'draining' ? 'deactivated' : 'active';
}

async function windowKeys(reader: Reader<'keys'>, tenant: TenantId): Promise<Draft[]> {
  const columns = ['epoch', 'created_at'] as const;
  const all = { columns, where: { tenant }, orderBy: ['window_id'], limit: COUNTED + 1 } as const;
  const rows = await select(reader, tables.windows, all);
  if (rows.length === 0) return [];
  const starts = rows.slice(0, COUNTED).map((row) => row.created_at);
  return [
    {
      ...{ kind: 'window_key', protects: 'values that are in no store, for 15 minutes at most' },
      ...{ epoch: rows.at(-1)?.epoch, ...stateAndTimes(starts, []), ...numberOf(starts.length, rows.length > COUNTED) },
    },
  ];
}

async function signingKeys(reader: Reader<'keys'>, shown: readonly EpochRow[]): Promise<Draft[]> {
  const columns = ['key_id', 'epoch', 'created_at', 'retired_at'] as const;
  const rows = await select(reader, tables.signingKeys, { columns, orderBy: ['created_at'], limit: COUNTED });
  return rows.map((row) => {
    const compromised = stolenWith(row.created_at, shown);
    const state = compromised !== undefined ? 'compromised' : row.retired_at === null ? 'active' : 'deactivated';
    return {
      ...{ kind: 'signing_key', name: row.key_id, epoch: row.epoch, state, protects: 'certificates', count: 1 },
      ...times({ createdAt: row.created_at, deactivatedAt: row.retired_at, compromisedAt: compromised }),
    };
  });
}

function numberOf(count: number, more: boolean): Pick<Draft, 'count' | 'atLeast'> {
  return more ? { count, atLeast: true } : { count };
}

function stateAndTimes(created: readonly number[], compromised: readonly number[]) {
  const first = (of: readonly number[]) => (of.length === 0 ? undefined : of.reduce((a, b) => Math.min(a, b)));
  const state: KeyState = compromised.length > 0 ? 'compromised' : 'active';
  return { state, ...times({ createdAt: first(created), compromisedAt: first(compromised) }) };
}

type TimeName = 'createdAt' | 'activatedAt' | 'deactivatedAt' | 'compromisedAt' | 'destroyedAt';

function times<N extends TimeName>(of: Record<N, number | null | undefined>): { [K in N]?: string } {
  const known = Object.entries<number | null | undefined>(of).filter(([, at]) => at !== null && at !== undefined);
  return Object.fromEntries(known.map(([name, at]) => [name, new Date(at as number).toISOString()])) as {
    [K in N]?: string;
  };
}
