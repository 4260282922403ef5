/**
 * What an entry of the list of problems holds, and the kinds there are. A kind is a closed set; it alone decides the status of a
 * reply, and whether the same call may simply be made again.
 */
export const STATUS = {
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
  // nginx's, for the log and the metrics: nobody is there to read it.
  abandoned: 499,
  integrity: 500,
  internal: 500,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorKind = keyof typeof STATUS;

/** Whether a caller may repeat the same call, and after how many seconds where nothing else is said. Absent: it may not. */
export const REPEAT_AFTER: { readonly [K in ErrorKind]?: number } = {
  // The longest that a caller is held up.
  too_many: 900,
  unavailable: 1,
};

/** What is listed of a code, which is stable and part of the API. All of it is fixed text: never a value, a ref, a reason or a key. */
export interface Listed {
  readonly kind: ErrorKind;
  /** What the code means, for the reader of the API's description. Absent: no reply ever holds it. */
  readonly title?: string;
  /** What the caller is told, where that is always the same, or nearly always. Absent: said where it is thrown. */
  readonly message?: string;
  /** The place in the request that is at fault, where that is always the same. */
  readonly field?: string;
  /** After how many seconds the caller may repeat the call, where that is not as its kind says. */
  readonly repeatAfter?: number;
}

/** As a problem of the API, it has a title. */
export type Published = Listed & { readonly title: string };
