/** Codes that no reply ever holds: of commands, of imports, of jobs in their rows, and those that are caught before the answer. */
import type { Listed } from './kinds.ts';

export const INSIDE = {
  // Inside `perform`, which then gives the caller the first call's answer.
  repeated_call: { kind: 'conflict', message: 'The call was made before.' },
  // Inside detokenize: taking one of a token's limited uses changes a row, which a shared transaction may not. The call is made again,
  // alone in its transaction. It goes through the store, which takes what is not the vault's own for a failure of its driver.
  limited_uses: { kind: 'conflict', message: 'A token has limited uses.' },
  // A setting, a file or a stored state with which the vault will not start. Says what to do. There is no server yet.
  cannot_start: { kind: 'internal' },
  // Whoever ordered the work, which is a command, ended it. What was made for it alone is removed.
  interrupted: { kind: 'abandoned', message: 'Interrupted. What it had made so far is removed.' },
  // Said of a long job, in its row: something is still wrapped under an epoch that was to be destroyed. Nothing has been destroyed.
  epoch_in_use: { kind: 'conflict', message: 'Keys are still wrapped under this epoch; it is not destroyed.' },
  // What a drill found wrong: in its report, which the command line shows.
  drill_failed: { kind: 'internal' },
  // Said of a long job, in its row: a copy could not be made or kept. What was finished of it stays.
  backup_failed: { kind: 'internal' },

  // Of an import. The map is not one; or the input cannot be read as what it is said to be. Nothing has been read, stored or written.
  invalid_map: { kind: 'malformed' },
  invalid_input: { kind: 'malformed' },
  // What is already there does not go with what is asked. Nothing has been changed.
  out_exists: { kind: 'conflict' },
  import_changed: { kind: 'conflict' },
  import_damaged: { kind: 'conflict' },
  import_too_old: { kind: 'conflict' },
  // The import stopped before its end and has kept its place; the same command goes on from there.
  import_stopped: { kind: 'unavailable' },
} satisfies Record<string, Listed>;
