/** Where the root key and the secrets of root slots come from, as `config.ts` reads it. */

export type RootKeySource =
  /** `of`: where it came from, if a process that had it handed it on. */
  | { readonly from: 'environment'; readonly key: Buffer; readonly of?: RootKeySource['from'] }
  /** `isDefault`: where no setting names a file. One that lies there is no consent to make a vault with it. */
  | { readonly from: 'file'; readonly path: string; readonly isDefault?: boolean }
  | { readonly from: 'passphrase'; readonly passphrase: string; readonly saltPath: string }
  /** People bring it, each a part: `vault/sealed.ts`. */
  | { readonly from: 'shares' };

/** Where a root slot's PIN or token comes from; a file's path may hold `{slot}`, which stands for the slot's name. */
export type SlotSecret =
  | { readonly from: 'environment'; readonly value: string }
  | { readonly from: 'file'; readonly path: string };

export interface SlotSecrets {
  readonly hsmPin?: SlotSecret | undefined;
  readonly transitToken?: SlotSecret | undefined;
}
