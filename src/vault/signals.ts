/** What the vault tells its surroundings as it happens, in closed words: the source of metrics and alarms. */
import { EventEmitter } from 'node:events';
import type { Action } from '../access/actions.ts';
import type { Outcome } from '../audit/entries.ts';
import type { BudgetKind } from '../guesses/errors.ts';
import type { RecordId, RequestId } from '../ids.ts';
import type { JobReport } from '../jobs/worker.ts';
import type { StoreName } from '../storage/table.ts';

export type { JobReport };

interface SignalMap {
  /** A call was decided. */
  call: [{ readonly action: Action; readonly outcome: Outcome; readonly code: string | undefined }];
  /** A long job found records damaged, and went on without them; undefined for those that have no id any more. */
  damage: [{ readonly job: string; readonly records: readonly (RecordId | undefined)[] }];
  /** Stored bytes failed their authentication; of which value (`record`), or of what else, where that is known. */
  integrityFailure: [Found & { readonly record?: RecordId | undefined; readonly target?: string | undefined }];
  /** A store reported that its own data is damaged; `cause` is its driver's code. */
  storeCorruption: [Found & { readonly store?: StoreName | undefined; readonly cause?: string | undefined }];
  /** Values were stored or shown. */
  values: [{ readonly action: Action; readonly count: number }];
  /** A caller guessed wrong too often and was refused. */
  guessesRefused: [];
  /** All callers together have guessed wrong at one thing more often than mistakes explain. */
  guessesAlarm: [{ readonly budget: BudgetKind }];
  /** A hook was told so many times, and failed. */
  hookTold: [{ readonly delivered: number; readonly failed: number }];
  /** Files of TLS have changed, and were taken or not. */
  tlsFilesChanged: [{ readonly taken: boolean }];
  /** A client was turned away because there were too many. */
  connectionRefused: [];
  /** A store was found to be replaced, or to have gone back in time, as `code` says: nothing is served any more. */
  storeDisplaced: [{ readonly store: StoreName; readonly code: string }];
  /** Another server took over a store, and has all that was acknowledged. */
  storeTakenOver: [{ readonly store: StoreName; readonly server: string }];
  /** The secret of an epoch was destroyed: what is left of it in memory must go at once. */
  epochDestroyed: [];
  /** A long job was ordered, or is to be tried now. */
  jobOrdered: [];
  /** An erasure or a correction was decided, and the call could not complete it. */
  erasureLeft: [];
  /** A chore of the background, or a long job, ended. */
  job: [JobReport];
}

/** Who found it: a call or a job. */
interface Found {
  readonly request?: RequestId | undefined;
  readonly job?: string | undefined;
}

/**
 * The signals of a thread's vault that go on to the server's vault; orders there concern only the thread itself. A
 * thread makes no calls: for damage it finds, both sides have the job that failed because of it, or that named it.
 */
export const SIGNALS = ['call', 'values', 'job', 'damage', 'epochDestroyed'] as const satisfies (keyof SignalMap)[];

export type Signals = EventEmitter<SignalMap>;

export function newSignals(): Signals {
  const signals: Signals = new EventEmitter<SignalMap>();
  signals.on('job', ({ name: job, failed }) => {
    if (failed === 'integrity_failure') signals.emit('integrityFailure', { job });
    if (failed === 'store_corrupt') signals.emit('storeCorruption', { job });
  });
  signals.on('damage', ({ job, records }) => {
    for (const record of records) signals.emit('integrityFailure', { job, record });
  });
  return signals;
}
