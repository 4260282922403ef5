/** The parts of the vault that intake needs. */
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { PasswordHasher } from '../crypto/password-hash.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { Journal } from '../journal/journal.ts';
import type { Keyring } from '../keyring/keyring.ts';
import type { Indexer } from '../search/blind-index.ts';
import type { KeyStore, RecordStore } from '../storage/tx.ts';

export interface Parts {
  readonly recordStore: RecordStore;
  readonly keyStore: KeyStore;
  readonly keyring: Keyring;
  /** Remembers, outside the two stores, what must never be undone. */
  readonly journal: Journal;
  readonly catalogue: Catalogue;
  readonly indexer: Indexer;
  readonly hasher: PasswordHasher;
  readonly random: RandomSource;
}
