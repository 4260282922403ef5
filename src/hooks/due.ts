/** Which hooks are to be told something, and how far behind they are. */
import { erasedTenants, listErased, suspendedTenants } from '../access/store.ts';
import { count, first, select } from '../storage/queries.ts';
import type { Reader } from '../storage/tx.ts';
import { type HookRow, hooks } from './hook-rows.ts';
import { hookEvents } from './outbox.ts';

/** Looked at in one round. */
const PAGE = 500;

/** The hooks whose time has come, the longest due first; none of a tenant that is erased or suspended. */
export async function dueHooks(reader: Reader<'records'>, now: Date): Promise<HookRow[]> {
  const suspended = await suspendedTenants(reader);
  const gone = suspended.length === 0 ? [] : (await listErased(reader)).map(({ tenant }) => tenant);
  const notIn = suspended.length === 0 ? erasedTenants : [...suspended, ...gone];
  return select(reader, hooks, {
    where: { due_at: { '<=': now.getTime() }, paused: null, tenant: { notIn } },
    orderBy: ['due_at'],
    limit: PAGE,
  });
}

export interface HookMeasures {
  /** Hooks whose last try has failed, and hooks that are paused. */
  readonly failing: number;
  readonly paused: number;
  /** What hooks are still to be told, each for itself; at most 1,000 of each. */
  readonly pending: number;
  /** Since the oldest of it was noted. */
  readonly oldestMs: number | undefined;
}

const COUNTED = 1_000;

/** Counts for the whole vault. What hooks do not ask for counts, too, until it is passed over. */
export async function measureHooks(reader: Reader<'records'>, now: Date): Promise<HookMeasures> {
  const live = { tenant: { notIn: erasedTenants } };
  const paused = await count(reader, hooks, { where: { ...live, paused: { not: null } } });
  const failing = await count(reader, hooks, { where: { ...live, paused: null, failing_since: { not: null } } });
  const behind = await select(reader, hooks, {
    columns: ['tenant', 'position'],
    where: { ...live, due_at: { not: null } },
    limit: PAGE,
  });
  let pending = 0;
  let oldest: number | undefined;
  for (const { tenant, position } of behind) {
    const where = { tenant, position: { '>': position } };
    pending += await count(reader, hookEvents, { where, limit: COUNTED });
    const next = await first(reader, hookEvents, { columns: ['noted_at'], where, orderBy: ['position'] });
    if (next !== undefined) oldest = Math.min(oldest ?? next.noted_at, next.noted_at);
  }
  return { failing, paused, pending, oldestMs: oldest === undefined ? undefined : now.getTime() - oldest };
}

/** Hooks that are paused, or whose tries fail since before a time; none of an erased tenant. */
export async function ailingHooks(reader: Reader<'records'>, before: Date): Promise<HookRow[]> {
  const live = { tenant: { notIn: erasedTenants } };
  const paused = await select(reader, hooks, { where: { ...live, paused: { not: null } }, orderBy: ['hook'] });
  const failing = await select(reader, hooks, {
    where: { ...live, paused: null, failing_since: { '<': before.getTime() } },
    orderBy: ['hook'],
  });
  return [...paused, ...failing];
}
