/** Puts calls together: which may be sent again, how large a batch is, and how a list is read page by page. */
import type { operations } from './api.ts';
import { LetheError } from './errors.ts';
import type { CallOptions } from './shapes.ts';
import type { Call } from './transport.ts';

const MAX_BATCH = 1_000;
const LOST_PLACE = {
  code: 'unexpected_reply',
  message: 'A page leads back to itself. Try again.',
  status: 200,
};

type Responses<Op extends keyof operations> = operations[Op]['responses'];
export type ReplyOf<Op extends keyof operations> = Responses<Op>[keyof Responses<Op>] extends {
  content: { readonly 'application/json': infer Reply };
}
  ? Reply
  : never;

/** How many rows a page has, from 1 to 1,000; by default 100. */
export type PageSize = { readonly limit?: number } & CallOptions;

export type Batch = readonly unknown[];

export function read(method: 'GET' | 'POST', path: string, body?: unknown): Call {
  return { method, path, body, repeat: 'always' };
}

export function write(method: 'POST' | 'PATCH', path: string, body: unknown): Call {
  return { method, path, body, repeat: 'keyed' };
}

/** @returns how many it holds @throws {RangeError} */
export function sizeOf({ length }: Batch): number {
  if (length < 1 || length > MAX_BATCH) throw new RangeError('A batch holds 1 to 1,000 items.');
  return length;
}

/** As many as a batch has, so that `const [email, card] = await …` is known to find both. */
export type EachOf<T extends Batch, Item> = readonly [...{ [K in keyof T]: Item }];

/** @throws {LetheError} unless there is an answer for each: a wrong one would be taken for another's */
export function oneForEach<T extends Batch, Answer>(count: number, answers: readonly Answer[]): EachOf<T, Answer> {
  if (answers.length === count) return answers as unknown as EachOf<T, Answer>;
  const message = `The vault answered ${answers.length} of ${count} items.`;
  throw new LetheError({ code: 'unexpected_reply', message, status: 200 });
}

export async function* eachOf<T>(
  pageAfter: (after?: string) => Promise<{ readonly rows: readonly T[]; readonly next?: string | undefined }>,
  from?: string,
): AsyncGenerator<T, void, undefined> {
  for (let after = from; ; ) {
    const { rows, next } = await pageAfter(after);
    yield* rows;
    if (next === undefined) return;
    // An error is better than a list that never ends.
    if (next === after) throw new LetheError(LOST_PLACE);
    after = next;
  }
}
