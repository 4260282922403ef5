/**
 * Codes that no reply ever holds: those of commands and imports, those in a job's row, and those caught before a reply.
 */
import type { Listed } from './kinds.ts';

export const INSIDE = {
  // Thrown inside `perform`, which then gives the caller the first call's answer.
  repeated_call: { kind: 'conflict', message: 'The call was made before.' },
  // Thrown inside detokenize. Using a token of limited uses changes a row, which a shared transaction may not do. So
  // the call is made again, alone in its transaction. The error passes through the store, which takes any error that is
  // not the vault's own for a failure of its driver.
  limited_uses: { kind: 'conflict', message: 'A token has limited uses.' },
  // The vault will not start with this setting, file or stored state. The message says what to do. No server runs yet.
  cannot_start: { kind: 'internal' },
  // The command that ordered the work ended it. What was made only for the work is removed.
  interrupted: { kind: 'abandoned', message: 'Interrupted. What it had made so far is removed.' },
  // In the row of a long job: keys are still wrapped under an epoch that should be destroyed. Nothing has been
  // destroyed.
  epoch_in_use: { kind: 'conflict', message: 'Keys are still wrapped under this epoch; it is not destroyed.' },
  // In the report of a drill, which the command shows: what the drill found wrong.
  drill_failed: { kind: 'internal' },
  // Said of a long job, in its row: a copy could not be made or kept. What was finished of it stays.
  backup_failed: { kind: 'internal' },

  // An import's map is not a map, or its input is not in the format it should have. Nothing has been read, stored or
  // written.
  invalid_map: { kind: 'malformed' },
  invalid_input: { kind: 'malformed' },
  // What already exists conflicts with what is asked. Nothing has been changed.
  out_exists: { kind: 'conflict' },
  import_changed: { kind: 'conflict' },
  import_damaged: { kind: 'conflict' },
  import_too_old: { kind: 'conflict' },
  // The import stopped before its end and has kept its place; the same command goes on from there.
  import_stopped: { kind: 'unavailable' },
} satisfies Record<string, Listed>;
