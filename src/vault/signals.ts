/** What the vault tells its surroundings as it happens, in closed words: the source of metrics and alarms. */
import { EventEmitter } from 'node:events';
import type { Action } from '../access/actions.ts';
import type { Outcome } from '../audit/entries.ts';
import type { StoreName } from '../storage/table.ts';

interface SignalMap {
  /** A call was decided. */
  call: [{ readonly action: Action; readonly outcome: Outcome; readonly code: string | undefined }];
  /** Stored bytes failed their authentication. */
  integrityFailure: [];
  /** Values were stored or shown. */
  values: [{ readonly action: Action; readonly count: number }];
  /** A store was found to be replaced: nothing is served any more. */
  storeReplaced: [{ readonly store: StoreName }];
  /** The secret of an epoch was destroyed: what is left of it in memory is to go at once. */
  epochDestroyed: [];
  /** A long job was ordered, or is to be tried now. */
  jobOrdered: [];
  /** An erasure or a correction was decided, and the call could not complete it. */
  erasureLeft: [];
  /** A chore of the background, or a long job, ended; `failed` names the error's code. */
  job: [{ readonly name: string; readonly failed: string | undefined; readonly changed: number }];
}

/** Every signal that a thread of the vault gives on to the server's; what is ordered there concerns itself alone. */
export const SIGNALS = [
  'call',
  'integrityFailure',
  'values',
  'job',
  'epochDestroyed',
] as const satisfies (keyof SignalMap)[];

export type Signals = EventEmitter<SignalMap>;

export function newSignals(): Signals {
  return new EventEmitter<SignalMap>();
}
