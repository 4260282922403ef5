/**
 * Every way the vault says no. An error has a code of the one list (`problems/list.ts`), which is stable and part of the
 * API; the list gives its kind, and its message and field where they are fixed. None of them ever carries a value, a ref,
 * a reason or a key.
 *
 * `field` is the one part that may repeat what a caller sent (the name of an unknown property). It goes back to
 * that caller and nowhere else: logs and audit entries take the code alone.
 *
 * An error has a class of its own only where somebody catches it by its class, or where it carries something more.
 */
import type { ErrorKind } from './problems/kinds.ts';
import { type Code, type FixedCode, LIST, type UnavailableCode } from './problems/list.ts';

interface Details {
  readonly field?: string | undefined;
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
}

/** What an error is made of: a code; the message, unless the list has one that will do; and details. */
type Saying<C extends Code> =
  | [code: C & FixedCode, details?: Details | undefined, none?: undefined]
  | [code: C, message: string, details?: Details | undefined];

export class VaultError extends Error {
  readonly kind: ErrorKind;
  readonly code: Code;
  /** Where in the request the fault lies, as a path such as `items/3/value.number`. */
  readonly field: string | undefined;
  /** After how long the same call may pass, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(...[code, said, more]: Saying<Code>) {
    const listed = LIST[code];
    const [message, details] = typeof said === 'string' ? [said, more] : [listed.message, said];
    super(message, details?.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.kind = listed.kind;
    this.code = code;
    this.field = details?.field ?? listed.field;
    this.retryAfterSeconds = details?.retryAfterSeconds;
  }

  /** The same error, said of a place further out: `value.number` becomes `items/3/value.number`. */
  at(prefix: string): this {
    const copy = Object.create(Object.getPrototypeOf(this), Object.getOwnPropertyDescriptors(this)) as this;
    Object.defineProperty(copy, 'field', {
      value: this.field === undefined ? prefix : `${prefix}${this.field}`,
      enumerable: true,
    });
    return copy;
  }
}

/** A value its data type does not accept. Nothing has been stored. */
export class InvalidValueError extends VaultError {
  /** @param path the property inside the value (`number`), or `''` for the value itself. */
  constructor(path: string, message: string) {
    super('invalid_value', message, { field: path === '' ? 'value' : `value.${path}` });
  }
}

/**
 * Stored bytes failed their authentication: they were altered, moved from their place, or belong to another key.
 * Says no more on purpose; the audit entry, the metric and the log carry the alarm.
 */
export class IntegrityError extends VaultError {
  /** The record concerned, where it is known: for the audit entry, not for the caller. */
  readonly record: string | undefined;

  constructor({ cause, record }: { cause?: unknown; record?: string } = {}) {
    super('integrity_failure', { cause });
    this.record = record;
  }
}

/**
 * A store, or the key material, is out of reach. Nothing has been acknowledged; try again later, but for `store_replaced`:
 * the process has to be started anew; and for `store_went_back`: `lethe recover` has to be run. Nothing has been done either, unless
 * the code is `outcome_unknown`, or `journal_unavailable`: then what was ordered holds.
 */
export class UnavailableError extends VaultError {
  constructor(...saying: Saying<UnavailableCode>) {
    super(...saying);
  }
}

/** A setting, a file or a stored state with which the vault will not start. Says what to do. */
export class StartError extends VaultError {
  constructor(message: string, details?: Details) {
    super('cannot_start', message, details);
  }
}

/** The code by which an error may be named anywhere: that of the vault's own, or `internal_error` for anything else. */
export function codeOf(error: unknown): Code {
  return error instanceof VaultError ? error.code : 'internal_error';
}
