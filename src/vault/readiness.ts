/**
 * Whether a call would be answered, for those who send calls here or elsewhere; without an API key. No call is answered
 * whose audit entry cannot be written. So each store is written to and committed, with as much as the smallest call
 * writes; and the key of the current epoch must be at hand.
 *
 * Guarantees: however many ask, each part is looked at by one look at a time, and again 2 s after it was well or 1 s
 * after it was not. Nobody waits longer than 2 s, even if a store has fallen silent or its standby is gone. Closed
 * words tell which part is not well.
 * Does not: see what fails only one kind of call, such as those of one tenant, or a batch too large for the room left.
 */

import type { Clock } from '../clock.ts';
import { codeOf, UnavailableError } from '../errors.ts';
import type { Id } from '../ids.ts';
import { keyFact } from '../keyring/key-store-facts.ts';
import { setFact } from '../records/vault-facts.ts';
import { wipe } from '../secret.ts';
import { within } from '../storage/limits.ts';
import type { Store } from '../storage/tx.ts';
import type { Vault } from './vault.ts';

const WELL_FOR_MS = 2_000;
const UNWELL_FOR_MS = 1_000;
const PATIENCE_MS = 2_000;

/** Every look of every process overwrites it. */
const FACT = 'last_ready_check';
/** Five pages of SQLite. An audit entry and its indexes take no more: if they would be refused, this is, too. */
const ROOM = '.'.repeat(16 * 1024);

type PartName = 'recordStore' | 'keyStore' | 'keys';

/** The codes of the parts that are not well; empty: the vault is ready. */
export type Unready = { readonly [part in PartName]?: string };

export class Readiness {
  readonly #vault: Vault;
  readonly #parts: readonly Part[];

  /** @param patienceMs the longest that anybody waits */
  constructor(vault: Vault, patienceMs = PATIENCE_MS) {
    const { recordStore, keyStore, clock } = vault;
    this.#vault = vault;
    const part = (name: PartName, look: () => Promise<void>) => new Part(name, look, clock, patienceMs);
    const value = () => `${clock().toISOString()}${ROOM}`;
    this.#parts = [
      part('recordStore', () => write(recordStore, value())),
      part('keyStore', () => write(keyStore, value())),
      part('keys', () => openEpochKey(vault)),
    ];
  }

  async look(): Promise<Unready> {
    const { recordStore, keyStore } = this.#vault;
    const gone = Object.entries({ recordStore, keyStore }).filter(([, store]) => store.displaced !== undefined);
    if (gone.length > 0) return Object.fromEntries(gone.map(([name, store]) => [name, store.displaced?.code ?? '']));
    const found = await Promise.all(this.#parts.map(async (part) => [part.name, await part.state()] as const));
    return Object.fromEntries(found.filter(([, code]) => code !== undefined));
  }
}

/** Commits a row in each of the two ways in which calls commit: each has a queue of its own, which may be full. */
async function write(store: Store, value: string): Promise<void> {
  await store.shared(async () => {});
  await store.exclusive((tx) => setFact(tx, FACT, value));
}

/** @throws {UnavailableError} if no root slot hands out the secret of the epoch that another process has begun */
async function openEpochKey({ keyring, keyStore }: Vault): Promise<void> {
  const vaultId = await keyFact(keyStore.reader, 'vault');
  if (vaultId === undefined) throw new UnavailableError('key_unavailable', 'The key store has lost its vault.');
  wipe(await keyring.epochs.keyOf(keyring.epochs.current, vaultId as Id<'vault'>));
}

interface Found {
  readonly at: number;
  /** The code of what went wrong. */
  readonly code: string | undefined;
}

class Part {
  readonly name: PartName;
  readonly #look: () => Promise<void>;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  #found: Found | undefined;
  #underWay: { readonly since: number; readonly end: Promise<void> } | undefined;

  constructor(name: PartName, look: () => Promise<void>, clock: Clock, patienceMs: number) {
    this.name = name;
    this.#look = look;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** @returns the code of what is wrong with it, or undefined */
  async state(): Promise<string | undefined> {
    if (this.#isFresh()) return this.#found?.code;
    this.#underWay ??= { since: performance.now(), end: this.#ask() };
    const asked = this.#underWay;
    const leftMs = this.#patienceMs - (performance.now() - asked.since);
    // A caller that comes while a store is silent waits only for what is left of the patience.
    if (leftMs > 0) await within(asked.end, leftMs);
    return this.#underWay === asked ? 'no_answer' : this.#found?.code;
  }

  #isFresh(): boolean {
    if (this.#found === undefined) return false;
    const { at, code } = this.#found;
    const ageMs = this.#clock().getTime() - at;
    return ageMs >= 0 && ageMs < (code === undefined ? WELL_FOR_MS : UNWELL_FOR_MS);
  }

  async #ask(): Promise<void> {
    const code = await this.#look().then(() => undefined, codeOf);
    this.#found = { at: this.#clock().getTime(), code };
    this.#underWay = undefined;
  }
}
