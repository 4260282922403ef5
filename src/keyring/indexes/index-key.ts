/**
 * One version of an index key, open in memory: MACs under it; the key itself stays inside. One that is wiped says so
 * when it is used, for a MAC under zeros would be a value that is never found again.
 */
import type { Field } from '../../crypto/associated-data.ts';
import { associatedData } from '../../crypto/associated-data.ts';
import { open, seal } from '../../crypto/envelope.ts';
import { mac } from '../../crypto/mac.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { IntegrityError, VaultError } from '../../errors.ts';
import { secret, wipe } from '../../secret.ts';
import type { IndexKeyRow } from '../tables.ts';

const KEY_BYTES = 32;

/**
 * The process knew an older generation of the tenant's index keys than it must; by now it has forgotten it. Nothing has
 * been changed.
 */
export class StaleIndexKeysError extends VaultError {
  constructor() {
    super('concurrent_change', 'The keys of an index were changed at the same time. Repeat the call.');
  }
}

/** Changes come a few at a time, a few times a year. */
const MAX_TRIES = 5;

/** For work that is repeated if it used index keys that were changed meanwhile, and for no other reason. */
export async function throughStaleKeys<R>(work: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StaleIndexKeysError) || tries === MAX_TRIES) throw error;
    }
  }
}

/**
 * What a version is good for, in the order of its life; `index-versions.ts` says how it goes from one to the next.
 *   filling   is written, and not yet searched: it lacks entries
 *   active    is written and searched
 *   leaving   is searched; a process that has not heard yet may still write it
 *   draining  is searched; nobody writes it any more
 *   removed   has no entries and no key
 */
export type IndexKeyState = 'filling' | 'active' | 'leaving' | 'draining' | 'removed';

const STATES: readonly string[] = ['filling', 'active', 'leaving', 'draining', 'removed'];

/** @throws {IntegrityError} for a word that no release wrote */
export function stateOf(row: Pick<IndexKeyRow, 'state'>): IndexKeyState {
  const state = row.state ?? 'active';
  if (!STATES.includes(state)) throw new IntegrityError();
  return state as IndexKeyState;
}

/**
 * Whether the name is one of the vault's own MACs: what they are made of is not stored, so they cannot be made again.
 */
export function isOwn(name: string): boolean {
  return name.startsWith('@');
}

export class IndexKey {
  readonly version: number;
  readonly state: IndexKeyState;
  /** How many bits of an index entry are kept under this version; undefined: all. */
  readonly bits: number | undefined;
  readonly #key: Buffer;
  #wiped = false;

  constructor(version: number, state: IndexKeyState, bits: number | undefined, key: Buffer) {
    this.version = version;
    this.state = state;
    this.bits = bits;
    this.#key = key;
  }

  mac(label: string, sizeBytes: number, ...fields: Field[]): Buffer {
    return mac(this.#live(), label, sizeBytes, ...fields);
  }

  /** Seals what the vault hands out and takes back, so that its holder cannot read it. */
  seal(label: string, text: Uint8Array, random: RandomSource, ...fields: Field[]): Buffer {
    return this.#under(label, (key) => seal(text, key, associatedData(label, ...fields), random));
  }

  /** @throws {IntegrityError} unless `seal` made it under this version, label and fields */
  open(label: string, sealed: Uint8Array, ...fields: Field[]): Buffer {
    return this.#under(label, (key) => open(sealed, key, associatedData(label, ...fields)));
  }

  wipe(): void {
    this.#wiped = true;
    wipe(this.#key);
  }

  /** A key of its own for sealing, so that no MAC is ever one. */
  #under<R>(label: string, use: (key: Buffer) => R): R {
    using key = secret(mac(this.#live(), `${label}/key`, KEY_BYTES));
    return use(key);
  }

  #live(): Buffer {
    if (this.#wiped) throw new StaleIndexKeysError();
    return this.#key;
  }
}
