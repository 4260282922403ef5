/**
 * One turn of a hook: it is told what is next, in order, until nothing is left, something fails, or others shall have
 * their turn. One process takes turns at a time (`background/deliveries.ts`).
 *
 * Guarantees: at least once, and in order: a hook is told nothing while what comes before it was not taken. Its place
 * is kept after what was told, so a crash repeats at most one turn. A try ends after `tryMs`, whatever its receiver
 * answers and however slowly, and a turn begins no more tries after that time. A hook that fails is tried less and less
 * often, and after `PAUSE_AFTER_MS` it is paused. A place that another process has changed meanwhile stays as it is.
 * A hook is looked at before each try: once it is removed, paused or changed, only the try under way goes on.
 */
import type { Clock } from '../clock.ts';
import { equalBytes } from '../crypto/mac.ts';
import type { RandomSource } from '../crypto/random.ts';
import { IntegrityError } from '../errors.ts';
import type { HookId, TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import type { Network } from '../network-address.ts';
import { secrets } from '../secret.ts';
import { first } from '../storage/queries.ts';
import type { RecordStore, RecordTx } from '../storage/tx.ts';
import { addressesOf, ForbiddenAddressError, type Resolve } from './address.ts';
import {
  findHook,
  type HookRow,
  hooks,
  keyOfHook,
  openSecrets,
  openSettings,
  type Pause,
  setHook,
} from './hook-rows.ts';
import { messageOf } from './message.ts';
import { type EventRow, eventsAfter, hookEvents } from './outbox.ts';
import type { Post } from './post.ts';

export const TRY_MS = 10_000;
/** What is told in one turn, and in one commit of the hook's place. */
export const EVENTS_A_TURN = 20;
export const PAUSE_AFTER_MS = 3 * 24 * 60 * 60 * 1000;
/** A vault that was off for days has not tried. */
const PAUSE_AFTER_TRIES = 10;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
/** The waits after the first failures; then the last one, again and again. */
export const WAITS_MS = [5 * SECOND_MS, 30 * SECOND_MS, ...[2, 10, 30, 60].map((minutes) => minutes * MINUTE_MS)];
/** So that the hooks of a receiver that was down do not all come back in the same second. */
const JITTER = 0.2;

export interface TurnParts {
  readonly recordStore: RecordStore;
  readonly keyring: { readonly indexes: IndexKeys };
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly networks: readonly Network[];
  readonly resolve: Resolve;
  readonly post: Post;
  /** After how long a try ends. */
  readonly tryMs: number;
  /** Ends tries when the process stops. */
  readonly stopping: AbortSignal;
  /** In the transaction that pauses a hook: says so in the audit log. */
  readonly paused: (tx: RecordTx, row: HookRow, why: Pause) => Promise<void>;
}

export interface Turn {
  readonly delivered: number;
  /** Why the last try failed: a closed word, or `http_` and the status. */
  readonly failure?: string | undefined;
  readonly paused?: Pause | undefined;
}

export async function takeTurn(parts: TurnParts, row: HookRow): Promise<Turn> {
  const events = await eventsAfter(parts.recordStore.reader, row.tenant, row.position, EVENTS_A_TURN);
  const { delivered, last, failure } = await tell(parts, row, events);
  // What was cut off was not refused.
  if (parts.stopping.aborted) return settle(parts, row, { delivered, last, failure: undefined });
  return settle(parts, row, { delivered, last, failure });
}

interface Ended {
  readonly delivered: number;
  /** The place of the last that was told, or that it does not ask for. */
  readonly last: number;
  readonly failure: string | undefined;
}

async function tell(parts: TurnParts, row: HookRow, events: readonly EventRow[]): Promise<Ended> {
  let [delivered, last] = [0, row.position];
  try {
    const key = await keyOfHook(parts.keyring.indexes, row);
    const settings = openSettings(key, row);
    using signing = secrets(openSecrets(key, row, parts.clock()));
    const begun = performance.now();
    for (const event of events) {
      if (parts.stopping.aborted || performance.now() - begun > parts.tryMs) break;
      if (wants(row, settings.events, event)) {
        if (!(await isAsItWas(parts, row))) break;
        const failure = await tryOnce(parts, settings.url, event, signing);
        if (failure !== undefined) return { delivered, last, failure };
        delivered += 1;
      }
      last = Number(event.position);
    }
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
    return { delivered, last, failure: 'damaged' };
  }
  return { delivered, last, failure: undefined };
}

/** Whether it is to be told as when its turn began: to that address, with these secrets, from this place on. */
async function isAsItWas({ recordStore }: TurnParts, row: HookRow): Promise<boolean> {
  const now = await findHook(recordStore.reader, row.tenant as TenantId, row.hook as HookId);
  if (now === undefined || now.paused !== null || now.position !== row.position) return false;
  return (
    equalBytes(now.settings, row.settings) &&
    equalBytes(now.secret, row.secret) &&
    now.earlier_until === row.earlier_until
  );
}

/** Whether the hook is told this. */
export function wants({ hook }: Pick<HookRow, 'hook'>, names: readonly string[] | undefined, event: EventRow): boolean {
  return event.hook === null ? names === undefined || names.includes(event.name) : event.hook === hook;
}

/** @returns why it failed; undefined where it was taken */
async function tryOnce(
  { networks, resolve, post, clock, tryMs, stopping }: TurnParts,
  address: string,
  event: EventRow,
  signing: readonly Uint8Array[],
): Promise<string | undefined> {
  const url = new URL(address);
  const timeout = AbortSignal.timeout(tryMs);
  const signal = AbortSignal.any([timeout, stopping]);
  try {
    // A look-up cannot be broken off, so it is left to itself.
    const ended = aborted(signal);
    const addresses = await Promise.race([addressesOf(url, networks, resolve), ended]);
    const status = await Promise.race([post({ url, addresses, signal, ...messageOf(event, signing, clock()) }), ended]);
    return status >= 200 && status < 300 ? undefined : `http_${status}`;
  } catch (error) {
    if (error instanceof ForbiddenAddressError) return 'address_refused';
    if (timeout.aborted) return 'timed_out';
    return (error as { syscall?: unknown } | null)?.syscall === 'getaddrinfo' ? 'not_resolved' : 'not_reached';
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function settle(parts: TurnParts, row: HookRow, { delivered, last, failure }: Ended): Promise<Turn> {
  const { recordStore, clock } = parts;
  const at = clock();
  const now = at.getTime();
  return recordStore.exclusive(async (tx) => {
    // Held, so that what comes meanwhile either is seen here or wakes the hook after this.
    const held = await first(tx, hooks, { where: { tenant: row.tenant, hook: row.hook }, lock: 'wait' });
    if (held === undefined || held.position !== row.position) return { delivered, failure };
    const told = { position: last, ...(delivered > 0 && { delivered_at: now }) };
    if (failure === undefined) {
      const more = await first(tx, hookEvents, {
        columns: ['event'],
        where: { tenant: row.tenant, position: { '>': last } },
      });
      const well = delivered > 0 || more === undefined ? { attempts: 0, failing_since: null, failure: null } : {};
      await setHook(tx, row, { ...told, ...well, due_at: more === undefined ? null : now });
      return { delivered };
    }
    const attempts = (delivered > 0 ? 0 : held.attempts) + 1;
    const since = (delivered > 0 ? null : held.failing_since) ?? now;
    const why = pauseFor(failure, attempts, now - since);
    const paused = held.paused === null ? why : undefined;
    await setHook(tx, row, {
      ...{ ...told, attempts, failing_since: since, failure, due_at: now + waitAfter(attempts, parts.random) },
      ...(paused !== undefined && { paused }),
    });
    if (paused !== undefined) await parts.paused(tx, row, paused);
    return { delivered, failure, paused };
  });
}

/** 410 says that the receiver wants no more (Standard Webhooks, “Deliverability and reliability”). */
function pauseFor(failure: string, attempts: number, forMs: number): Pause | undefined {
  if (failure === 'damaged') return 'damaged';
  if (failure === 'http_410') return 'gone';
  return forMs >= PAUSE_AFTER_MS && attempts >= PAUSE_AFTER_TRIES ? 'failing' : undefined;
}

function waitAfter(attempts: number, random: RandomSource): number {
  const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length) - 1] as number;
  return Math.round(wait * (1 + (JITTER * random(2).readUInt16BE(0)) / 0xffff));
}
