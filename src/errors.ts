/**
 * Every way in which the vault says no. No error ever carries a value, a ref, a reason or a key. An error has a code of
 * the one list (`problems/list.ts`), which is stable and part of the API. The list gives its kind, and its message and
 * field if they are fixed.
 *
 * Only `field` may repeat what a caller sent (the name of an unknown property). It goes back to that caller and nowhere
 * else: logs and audit entries take the code alone.
 *
 * An error has a class of its own only if somebody catches it by its class, or if it carries something more.
 */
import type { ErrorKind } from './problems/kinds.ts';
import { type Code, type FixedCode, LIST, type UnavailableCode } from './problems/list.ts';

/** One of the things that are wrong with a request. */
export interface Fault {
  readonly field?: string;
  readonly code: Code;
  readonly detail: string;
}

interface Details {
  readonly field?: string | undefined;
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
}

/** What an error is made of: a code; a message, unless the list has one that fits; and details. */
type Saying<C extends Code> =
  | [code: C & FixedCode, details?: Details | undefined, none?: undefined]
  | [code: C, message: string, details?: Details | undefined];

export class VaultError extends Error {
  readonly kind: ErrorKind;
  readonly code: Code;
  /** Where in the request the fault lies, as a path such as `items/3/value.number`. */
  readonly field: string | undefined;
  /** After how long the same call may pass, if that is known. */
  readonly retryAfterSeconds: number | undefined;
  /** All that is wrong with the request, this error first; empty unless a check has gathered it (`faults.ts`). */
  readonly errors: readonly Fault[] = [];

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

  /** The same error, with its place seen from further out: `value.number` becomes `items/3/value.number`. */
  at(prefix: string): this {
    return copied(this, { field: this.field === undefined ? prefix : `${prefix}${this.field}` });
  }

  /** The same error, as the first of all that is wrong. */
  among(errors: readonly Fault[]): this {
    return copied(this, { errors });
  }
}

function copied<E extends VaultError>(error: E, changed: Partial<Pick<VaultError, 'field' | 'errors'>>): E {
  const copy = Object.create(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptors(error)) as E;
  return Object.assign(copy, changed);
}

/** The data type does not accept the value. Nothing has been stored. */
export class InvalidValueError extends VaultError {
  /** @param path the property inside the value (`number`), or `''` for the value itself. */
  constructor(path: string, message: string) {
    super('invalid_value', message, { field: path === '' ? 'value' : `value.${path}` });
  }
}

/**
 * Stored bytes failed their authentication: they were altered, moved from their place, or belong to another key.
 * The error says no more on purpose: the audit entry, the metric and the log carry the alarm.
 */
export class IntegrityError extends VaultError {
  /** The record concerned, if it is known. It is for the audit entry, not for the caller. */
  readonly record: string | undefined;
  /** What else is concerned: a job, an audit entry, a principal. */
  readonly target: string | undefined;

  constructor({ cause, record, target }: { cause?: unknown; record?: string; target?: string } = {}) {
    super('integrity_failure', { cause });
    this.record = record;
    this.target = target;
  }
}

/**
 * A store, or the key material, is out of reach. Nothing has been acknowledged, and the call may be made again later.
 * After `store_replaced` the process must first be restarted; after `store_went_back` somebody must first run
 * `lethe recover`. Nothing has been done, with two exceptions: after `outcome_unknown` it may have been, and after
 * `journal_unavailable` what was ordered holds.
 */
export class UnavailableError extends VaultError {
  constructor(...saying: Saying<UnavailableCode>) {
    super(...saying);
  }
}

/** The vault will not start with this setting, file or stored state. The message says what to do. */
export class StartError extends VaultError {
  constructor(message: string, details?: Details) {
    super('cannot_start', message, details);
  }
}

/** The code by which an error may be named anywhere: its own if it is the vault's, otherwise `internal_error`. */
export function codeOf(error: unknown): Code {
  return error instanceof VaultError ? error.code : 'internal_error';
}
