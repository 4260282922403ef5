/**
 * Window keys: 32 random bytes under which short-lived tokens carry their own value (card security codes). A window
 * takes new tokens for a minute; its key is wrapped by the epoch key, is in the key store and in no cache, opens
 * nothing more `LIFE_MS` after the window began, and is destroyed in the next round of the background work. A vault
 * that opens destroys first what ended while no process ran.
 *
 * Guarantees: a wrapped window key opens only as this tenant's, window's and epoch's; a token of a window is revealed
 * once, on whichever node, because its mark can be inserted once, and only while the window is there. A clock that was
 * ahead, and was put back, lengthens no life: a window that began more than `WINDOW_AHEAD_MS` from now is over.
 * Does not: reach a copy of the key store that was made within those minutes; see THREATS.md. Nodes whose clocks differ
 * by more than `WINDOW_AHEAD_MS` end each other's windows early.
 */
import { type Clock, WINDOW_AHEAD_MS } from '../../clock.ts';
import { associatedData } from '../../crypto/associated-data.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { codeOf } from '../../errors.ts';
import { createdAt, firstIdAt, newId, type TenantId, type WindowId } from '../../ids.ts';
import { handOver } from '../../secret.ts';
import { first } from '../../storage/queries.ts';
import { unpackRows } from '../../storage/table.ts';
import type { KeyStore } from '../../storage/tx.ts';
import type { EpochKeys } from '../epochs/epoch-keys.ts';
import { type KeyKindUnderEpoch, KeysUnderEpoch } from '../epochs/keys-under-epoch.ts';
import { revealByMark, type WindowRow, windowById, windowByIdShared, windowReveals, windows } from '../tables.ts';
import { assertNotBuried } from '../tenant-tombstones.ts';

const MINUTE_MS = 60 * 1000;
/** How long a window takes new tokens. */
const OPEN_MS = MINUTE_MS;
/**
 * How long a window's key opens anything; with a round of background work a minute, it is gone before 15 have passed.
 */
export const LIFE_MS = 13 * MINUTE_MS;
/** Windows destroyed in one transaction. */
const PAGE = 2_000;

/** A window's key; the holder wipes `key`. */
export interface WindowKey {
  readonly window: WindowId;
  readonly key: Buffer;
  /** When the key opens nothing more. */
  readonly endsAt: Date;
}

/** `over`: the window has ended meanwhile, and with it every claim. */
export type Claim = 'claimed' | 'used_up' | 'over';

export class WindowKeys {
  readonly underEpochs: KeysUnderEpoch<WindowRow>;
  readonly #store: KeyStore;
  readonly #random: RandomSource;
  readonly #clock: Clock;
  /** Whether the store's files may still hold what was removed: at first by a process that was killed. */
  #owesScrub = true;

  constructor(store: KeyStore, epochs: EpochKeys, random: RandomSource, clock: Clock) {
    this.#store = store;
    this.underEpochs = new KeysUnderEpoch(windowKeyKind, epochs, random);
    this.#random = random;
    this.#clock = clock;
  }

  /** The key of a window that takes new tokens now; makes one if there is none. */
  async current(tenant: TenantId): Promise<WindowKey> {
    const now = this.#clock();
    const after = firstIdAt('window', new Date(now.getTime() - OPEN_MS));
    // A window from the future, of a clock that was ahead, takes nothing.
    const before = firstIdAt('window', new Date(now.getTime() + 1));
    const where = { tenant, window_id: { '>': after, '<': before } };
    const newest = await first(this.#store.reader, windows, { where, orderBy: ['window_id'], descending: true });
    if (newest !== undefined && this.#isAlive(newest)) return this.#opened(newest);
    const window = newId('window', this.#random, now);
    const place = { tenant, window_id: window, created_at: now.getTime() };
    return this.underEpochs.making(tenant, async ({ key, rowFor }) => {
      await this.#store.shared(async (tx) => tx.insert(windows, [await rowFor(tx, place)]));
      return { window, key: handOver(key), endsAt: endOf(place.created_at) };
    });
  }

  /** @returns undefined for a window that has ended, or never was */
  async find(tenant: TenantId, window: WindowId): Promise<WindowKey | undefined> {
    if (this.hasEnded(window)) return undefined;
    const [[row] = []] = await this.#store.reader.find(windowById, [[tenant, window]]);
    return row === undefined || !this.#isAlive(row) ? undefined : this.#opened(row);
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

  /** Claims the one reveal of a token; durable when it returns. */
  async claim(tenant: TenantId, window: WindowId, mark: Uint8Array): Promise<Claim> {
    const row = { tenant, window_id: window, mark: Buffer.from(mark) };
    try {
      return await this.#store.shared(async (tx) => {
        // Marks end with their window: one set after that could be set again, and would stay for good.
        const [[held] = []] = await tx.find(windowByIdShared, [[tenant, window]]);
        if (held === undefined || !this.#isAlive(held)) return 'over';
        await tx.insert(windowReveals, [row]);
        return 'claimed';
      });
    } catch (error) {
      if (codeOf(error) === 'already_exists') return 'used_up';
      throw error;
    }
  }

  /** Destroys the keys of all windows that are over, and their marks. @returns how many */
  async shred(): Promise<number> {
    for (let done = 0; ; ) {
      const now = this.#clock().getTime();
      const found = await this.#store.reader.query<Pick<WindowRow, 'tenant' | 'window_id'>>((sql) =>
        sql(windows.name)
          .select('tenant', 'window_id')
          .where('created_at', '<=', now - LIFE_MS)
          .orWhere('created_at', '>', now + WINDOW_AHEAD_MS)
          .orderBy('created_at')
          .limit(PAGE),
      );
      const rows = unpackRows(windows, found);
      if (rows.length > 0) this.#owesScrub = true;
      const keys = rows.map((row) => [row.tenant, row.window_id]);
      if (keys.length > 0) {
        await this.#store.exclusive(async (tx) => {
          await tx.remove(windows, ['tenant', 'window_id'], keys);
          await tx.remove(windowReveals, ['tenant', 'window_id'], keys);
        });
      }
      done += keys.length;
      if (keys.length < PAGE) return done;
    }
  }

  /** Drops what `shred` has left in the store's files, if anything. @throws {UnavailableError} to be tried again */
  async scrub(): Promise<void> {
    if (!this.#owesScrub) return;
    this.#owesScrub = false;
    await this.#store.scrub().catch((error: unknown) => {
      this.#owesScrub = true;
      throw error;
    });
  }

  #isAlive({ window_id, created_at }: WindowRow): boolean {
    const now = this.#clock().getTime();
    // The id says when, too, and is bound to the key: a time edited in the row lengthens nothing.
    const began = [created_at, createdAt(window_id as WindowId).getTime()];
    return Math.min(...began) + LIFE_MS > now && Math.max(...began) <= now + WINDOW_AHEAD_MS;
  }

  async #opened(row: WindowRow): Promise<WindowKey> {
    const key = await this.underEpochs.open(row);
    return { window: row.window_id as WindowId, key, endsAt: endOf(row.created_at) };
  }
}

const windowKeyKind: KeyKindUnderEpoch<WindowRow> = {
  table: windows,
  ownerOf: ({ tenant }) => tenant as TenantId,
  bindingOf: ({ tenant, window_id, epoch }) => associatedData('lethe/window-key/1', tenant, window_id, epoch),
  assertMayMake: (tx, { tenant }) => assertNotBuried(tx, tenant as TenantId),
};

function endOf(startMs: number): Date {
  return new Date(startMs + LIFE_MS);
}
