/** What of the vault the way in needs: the two stores, the keyring, the tenant's types, and what makes tokens and verifiers. */
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
  /** What must never be undone, outside the two stores. */
  readonly journal: Journal;
  readonly catalogue: Catalogue;
  readonly indexer: Indexer;
  readonly hasher: PasswordHasher;
  readonly random: RandomSource;
}
