/**
 * Window keys: 32 random bytes under which short-lived tokens carry their own value (card security codes). A window
 * takes new tokens for a minute; its key is wrapped by the epoch key, is in the key store and in no cache, opens
 * nothing more `LIFE_MS` after the window began, and is destroyed in the next round of the background work, also by the
 * first process that starts after a crash.
 *
 * Guarantees: a wrapped window key opens only as this tenant's, window's and epoch's; a token of a window is revealed
 * once, on whichever node, because its mark can be inserted once.
 * Does not: reach a copy of the key store that was made within those minutes; see THREATS.md.
 */
import type { Clock } from '../clock.ts';
import { associatedData } from '../crypto/associated-data.ts';
import { unwrapKey, wrapKey } from '../crypto/envelope.ts';
import type { RandomSource } from '../crypto/random.ts';
import { createdAt, firstIdAt, newId, type TenantId, type WindowId } from '../ids.ts';
import { DuplicateRowError } from '../storage/errors.ts';
import type { KeyStore } from '../storage/tx.ts';
import type { EpochKeys } from './epoch-keys.ts';
import { revealByMark, type WindowRow, windowById, windowReveals, windows } from './tables.ts';

const KEY_BYTES = 32;
const MINUTE_MS = 60 * 1000;
/** How long a window takes new tokens. */
const OPEN_MS = MINUTE_MS;
/** How long a window's key opens anything; with a round of background work a minute, it is gone before 15 have passed. */
export const LIFE_MS = 13 * MINUTE_MS;

/** A window's key; the holder wipes `key`. */
export interface WindowKey {
  readonly window: WindowId;
  readonly key: Buffer;
  /** When the key opens nothing more. */
  readonly endsAt: Date;
}

export class WindowKeys {
  readonly #store: KeyStore;
  readonly #epochs: EpochKeys;
  readonly #random: RandomSource;
  readonly #clock: Clock;

  constructor(store: KeyStore, epochs: EpochKeys, random: RandomSource, clock: Clock) {
    this.#store = store;
    this.#epochs = epochs;
    this.#random = random;
    this.#clock = clock;
  }

  /** The key of a window that takes new tokens now; a new one where there is none. */
  async current(tenant: TenantId): Promise<WindowKey> {
    const now = this.#clock();
    const [newest] = await this.#store.reader.query<WindowRow>((sql) =>
      sql('windows')
        .where({ tenant })
        .andWhere('window_id', '>', firstIdAt('window', new Date(now.getTime() - OPEN_MS)))
        .orderBy('window_id', 'desc')
        .limit(1),
    );
    // A clock put back must not lengthen a life: a window from the future takes nothing.
    if (newest !== undefined && newest.created_at <= now.getTime()) return this.#unwrap(newest);
    const window = newId('window', this.#random, now);
    const epoch = this.#epochs.current;
    const key = this.#random(KEY_BYTES);
    const wrapped = wrapKey(key, this.#epochs.keyOf(epoch, tenant), windowAd(tenant, window, epoch), this.#random);
    const row = { tenant, window_id: window, epoch, wrapped, created_at: now.getTime() };
    await this.#store.shared((tx) => tx.insert(windows, [row]));
    return { window, key, endsAt: endOf(row.created_at) };
  }

  /** @returns undefined for a window that has ended, or never was */
  async find(tenant: TenantId, window: WindowId): Promise<WindowKey | undefined> {
    if (this.hasEnded(window)) return undefined;
    const [[row] = []] = await this.#store.reader.find(windowById, [[tenant, window]]);
    return row === undefined || endOf(row.created_at) <= this.#clock() ? undefined : this.#unwrap(row);
  }

  /** Whether a window of this id would be over, if there ever was one. */
  hasEnded(window: WindowId): boolean {
    return endOf(createdAt(window).getTime()) <= this.#clock();
  }

  /** Whether a token's mark has been claimed before. */
  async isRevealed(tenant: TenantId, window: WindowId, mark: Uint8Array): Promise<boolean> {
    const [found = []] = await this.#store.reader.find(revealByMark, [[tenant, window, Buffer.from(mark)]]);
    return found.length > 0;
  }

  /** Claims the one reveal of a token; durable when it returns. @returns whether it was still to be had */
  async claim(tenant: TenantId, window: WindowId, mark: Uint8Array): Promise<boolean> {
    const row = { tenant, window_id: window, mark: Buffer.from(mark) };
    try {
      await this.#store.shared((tx) => tx.insert(windowReveals, [row]));
      return true;
    } catch (error) {
      if (error instanceof DuplicateRowError) return false;
      throw error;
    }
  }

  /** Destroys the keys of windows that have ended, at most `limit` of them. @returns how many */
  async shred(limit: number): Promise<number> {
    const ended = this.#clock().getTime() - LIFE_MS;
    const rows = await this.#store.reader.query<{ tenant: string; window_id: string }>((sql) =>
      sql('windows').select('tenant', 'window_id').where('created_at', '<=', ended).orderBy('created_at').limit(limit),
    );
    if (rows.length === 0) return 0;
    const keys = rows.map((row) => [row.tenant, row.window_id]);
    await this.#store.exclusive(async (tx) => {
      await tx.remove(windows, ['tenant', 'window_id'], keys);
      await tx.remove(windowReveals, ['tenant', 'window_id'], keys);
    });
    return rows.length;
  }

  #unwrap(row: WindowRow): WindowKey {
    const tenant = row.tenant as TenantId;
    const window = row.window_id as WindowId;
    const key = unwrapKey(row.wrapped, this.#epochs.keyOf(row.epoch, tenant), windowAd(tenant, window, row.epoch));
    return { window, key, endsAt: endOf(row.created_at) };
  }
}

function endOf(startMs: number): Date {
  return new Date(startMs + LIFE_MS);
}

function windowAd(tenant: TenantId, window: WindowId, epoch: number): Buffer {
  return associatedData('lethe/window-key/1', tenant, window, epoch);
}
