/** What somebody does today whose drill has failed, by the step at which it failed. */

const TODO: Readonly<Record<string, string>> = {
  verify_records: 'There is no whole copy of this vault’s record store there.',
  verify_keys: 'There is no whole copy of this vault’s key store there.',
  key_copy_is_current: 'The copy of the key store is older than the last close of an epoch: nobody can open it.',
  restore_records: 'The copy of the record store could not be put back into a temporary place.',
  restore_keys: 'The copy of the key store could not be put back into a temporary place.',
  open: 'The copies were put back, and the vault did not open on them with its root key and root slots.',
  open_canaries: 'Values that must open did not open in the copies.',
  open_sample: 'Values that must open did not open in the copies.',
  stay_dead: 'What was erased opens in the copies: an old key, or an old root slot, has come back from somewhere.',
};

/** @param step the first that failed */
export function afterFailedDrill(step: string | undefined): string {
  return [
    `The drill FAILED: if the stores were lost now, these backups could not be relied on. Somebody must act today.`,
    ...(step === undefined || TODO[step] === undefined ? [] : [TODO[step]]),
    '1. See that these are the folders into which the backups go, that the disk is well, and that it has room.',
    '2. Take new copies:  npm run lethe -- backup DIR --store records, and the same with --store keys.',
    '3. Drill again:  npm run lethe -- drill --from DIR --keys-from DIR',
    '4. If it fails again: keys/README.md, “Drill”.',
  ].join('\n');
}
