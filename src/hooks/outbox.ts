/**
 * The outbox: what is to be told, a row each, in the transaction of what it tells of. A row gets its place in the order
 * of its tenant after its commit, from the one process that delivers; hooks keep the place up to which they were told.
 * So a commit that was long on its way is not passed over, as it would be by the time in its id (decision 51).
 *
 * Guarantees: what was committed is in the outbox, and what was not is not. Places grow in the order of commits, as far
 * as one was seen before the other. No two rows have one place, and none is given up to which a hook was told, also
 * where all rows were forgotten. The id of what an entry tells is made of the entry's, so that it stays the same,
 * however often it is told.
 */
import { bytesOfId, type EventId, type HookId, idOfBytes, type TenantId } from '../ids.ts';
import { change, first, select } from '../storage/queries.ts';
import { lookup, type Row, table } from '../storage/table.ts';
import type { Reader, RecordStore, RecordTx } from '../storage/tx.ts';
import { type About, aboutOf, type EventName, eventOf, onceOf, type Told } from './events.ts';
import { hooks } from './hook-rows.ts';

export const hookEvents = table(
  'records',
  'hook_events',
  {
    tenant: 'id:tenant',
    /** Its own id, or what it has in common with others of which one is told. */
    once: 'text',
    event: 'id:event',
    name: 'text',
    /** The only hook it is for. */
    hook: 'id:hook?',
    about: 'text',
    noted_at: 'int',
    position: 'int?',
  },
  ['tenant', 'once'],
);
export type EventRow = Row<typeof hookEvents>;
const eventByOnce = lookup(hookEvents, ['tenant', 'once']);

/** For how long a row is kept, told or not. */
export const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export interface Noted {
  readonly tenant: TenantId;
  readonly event: EventId;
  readonly name: EventName;
  readonly at: Date;
  readonly about: About;
  readonly once?: string | undefined;
  readonly hook?: HookId | undefined;
}

/** In the transaction of what they tell of. It only adds rows, and none where one of the same is there. */
export async function noteEvents(tx: RecordTx, events: readonly Noted[]): Promise<void> {
  const rows = events.map(({ tenant, event, name, at, about, once = event, hook = null }) => ({
    ...{ tenant, event, name, once, hook, noted_at: at.getTime(), about: JSON.stringify(about), position: null },
  }));
  if (rows.length > 0) await tx.insert(hookEvents, rows, 'skip');
}

/** @returns for each whether one of the same is there */
export async function areNoted(reader: Reader<'records'>, events: readonly Noted[]): Promise<boolean[]> {
  const keys = events.map(({ tenant, event, once = event }) => [tenant, once]);
  return (await reader.find(eventByOnce, keys)).map(({ length }) => length > 0);
}

/** Notes what an entry of the audit log has to tell, if anything. @param name where the entry does not say it */
export async function noteTold(tx: RecordTx, told: Told, name = eventOf(told)): Promise<void> {
  if (name === undefined) return;
  const { tenant, at, entry } = told;
  const event = eventIdOf('audit', entry);
  await noteEvents(tx, [{ tenant, event, name, at, about: aboutOf(told), once: onceOf(name, told) }]);
}

/** The id of the one event that an entry, or an erasure that became final, has. */
export function eventIdOf(kind: 'audit' | 'erasure', id: string): EventId {
  return idOfBytes('event', bytesOfId(kind, id) as Buffer) as EventId;
}

/** Whether there is something that has no place yet. */
export async function hasWaiting(reader: Reader<'records'>): Promise<boolean> {
  return (await first(reader, hookEvents, { columns: ['tenant'], literally: 'position IS NULL' })) !== undefined;
}

/**
 * Gives places, and wakes the hooks of these tenants. Only the process that delivers calls it; two at once would be
 * refused by the store.
 * @returns how many there were, at most `limit`
 */
export async function orderEvents(store: RecordStore, now: Date, limit: number): Promise<number> {
  return store.exclusive(async (tx) => {
    const next = { literally: 'position IS NULL', orderBy: ['tenant', 'event'], limit, lock: 'wait' } as const;
    const waiting = await select(tx, hookEvents, next);
    for (const [tenant, rows] of Map.groupBy(waiting, (row) => row.tenant as TenantId)) {
      const last = await lastPosition(tx, tenant);
      const placed = rows.map((row, i) => ({ ...row, position: last + i + 1 }));
      await tx.update(hookEvents, ['position'], placed);
      await change(tx, hooks, { tenant }, { due_at: { unlessSet: now.getTime() } });
    }
    return waiting.length;
  });
}

/** The last place that was given; hooks remember it when all rows were forgotten. */
export async function lastPosition(reader: Reader<'records'>, tenant: TenantId): Promise<number> {
  const placed = { where: { tenant, position: { not: null } }, orderBy: ['position'], descending: true } as const;
  const event = await first(reader, hookEvents, { columns: ['position'], ...placed });
  const hook = await first(reader, hooks, {
    columns: ['position'],
    where: { tenant },
    orderBy: ['position'],
    descending: true,
  });
  return Math.max(event?.position ?? 0, hook?.position ?? 0);
}

/** The next ones behind this place, in their order. */
export async function eventsAfter(
  reader: Reader<'records'>,
  tenant: string,
  position: number,
  limit: number,
): Promise<EventRow[]> {
  return select(reader, hookEvents, { where: { tenant, position: { '>': position } }, orderBy: ['position'], limit });
}

/** A page of the tenant's, the newest first, before `before` (exclusive). */
export async function eventsBefore(
  reader: Reader<'records'>,
  tenant: TenantId,
  before: EventId | undefined,
  limit: number,
): Promise<EventRow[]> {
  const at = before && (await first(reader, hookEvents, { where: { tenant, event: before } }));
  if (before !== undefined && at?.position == null) return [];
  const position = at?.position == null ? ({ not: null } as const) : { '<': at.position };
  return select(reader, hookEvents, { where: { tenant, position }, orderBy: ['position'], descending: true, limit });
}

/** Forgets what is old, told or not. @returns how many, at most `limit` */
export async function forgetOldEvents(store: RecordStore, now: Date, limit: number): Promise<number> {
  const old = { where: { noted_at: { '<': now.getTime() - KEPT_MS } }, orderBy: ['noted_at'], limit } as const;
  const rows = await select(store.reader, hookEvents, { columns: ['tenant', 'once', 'noted_at'], ...old });
  if (rows.length === 0) return 0;
  await store.exclusive((tx) =>
    tx.remove(
      hookEvents,
      ['tenant', 'once'],
      rows.map(({ tenant, once }) => [tenant, once]),
    ),
  );
  return rows.length;
}
