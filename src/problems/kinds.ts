/**
 * What an entry of the list of problems holds, and all kinds of problem. The kind alone decides the status of a reply,
 * and whether the same call may simply be made again.
 */
export const STATUS = {
  // Nothing is wrong, and nothing is done yet.
  waiting: 202,
  malformed: 400,
  unauthenticated: 401,
  refused: 403,
  not_found: 404,
  unsupported_method: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported: 415,
  invalid: 422,
  too_many: 429,
  // nginx's status. It is for the log and the metrics, because nobody is left to read the reply.
  abandoned: 499,
  integrity: 500,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorKind = keyof typeof STATUS;

/** After how many seconds a caller may repeat the same call, unless the entry says otherwise. Absent: it may not. */
export const REPEAT_AFTER: { readonly [K in ErrorKind]?: number } = {
  // No caller waits longer.
  too_many: 900,
  unavailable: 1,
};

/** What the list says about a code. It is fixed text, never a value, a ref, a reason or a key. Codes are stable. */
export interface Listed {
  readonly kind: ErrorKind;
  /** What the code means, for readers of the API's description. Absent: no reply ever holds the code. */
  readonly title?: string;
  /** What the caller is told, if that is nearly always the same. Absent: the code that throws the error says it. */
  readonly message?: string;
  /** The place in the request that is at fault, if that is always the same. */
  readonly field?: string;
  /** After how many seconds the caller may repeat the call, if its kind has another figure. */
  readonly repeatAfter?: number;
}

/** An entry that is a problem of the API, which has a title. */
export type Published = Listed & { readonly title: string };
