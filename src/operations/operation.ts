/**
 * An operation, declared once. HTTP, the command, the OpenAPI document and the client's types read it here.
 *
 *   export const getThing = operation({ operationId, action, method, path, …, example, work });
 *   await getThing(vault, caller, { thing });
 *
 * `operation` returns the work itself, so that it is called like any function; the declaration is its properties.
 *
 * Guarantees: an operation that can be called over HTTP has schemas, problems and an example, or does not compile.
 * `test/house/operations.test.ts` holds that it is in the list of its area, that some role may do it, and that a test
 * calls it.
 * Does not: decide. The work goes through `perform`, which decides on the action before it lets the work begin.
 */
import type { z } from 'zod';
import type { Action } from '../access/actions.ts';
import type { Caller } from '../calls/caller.ts';
import type { ProblemCode } from '../problems/list.ts';
import type { Vault } from '../vault/vault.ts';

type Shape = z.ZodType | undefined;
type Parsed<S extends Shape> = S extends z.ZodType ? z.output<S> : unknown;

/** What a call brings in its path, its query and its body together; no name stands in two of them. */
export type Input<P extends Shape, Q extends Shape, B extends Shape> = Parsed<P> & Parsed<Q> & Parsed<B>;

/** Where a call brings nothing, there is no third argument. */
type Work<I, R> = (vault: Vault, caller: Caller, ...input: unknown extends I ? [] : [I]) => Promise<R>;

interface Named {
  readonly operationId: string;
  /** The word that a role must allow and that the audit log names, also where the request is turned away. */
  readonly action: Action;
}

/** An operation that is called over HTTP; the command may call it, too. */
export interface Operation<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends Shape = Shape,
  R extends z.ZodType = z.ZodType,
> extends Named {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/v1/tokens/{token}`. Personal data is never part of it. */
  readonly path: `/v1/${string}`;
  readonly summary: string;
  readonly description?: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly reply: R;
  /** Status of a reply; 200 where absent. */
  readonly status?: 200 | 201 | 202;
  /** Whether the operation takes an `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Further words, of what the operation also does: a role needs one of them. */
  readonly alsoActions?: readonly Action[];
  /** The operation's own codes; those that every operation may answer with are added. */
  readonly problems: readonly ProblemCode[];
  /** As the API's description shows it: one story about Jane Doe, who is made up. */
  readonly example: { readonly request?: unknown; readonly reply: unknown };
  work(vault: Vault, caller: Caller, input: Input<P, Q, B>): Promise<z.output<R>>;
  /**
   * Looks for what else is wrong with a body that its schema has refused, by the checks of `work` that depend on no
   * stored value. The caller may do the action. @throws the faults
   */
  alsoWrong?(vault: Vault, caller: Caller, body: unknown): Promise<void>;
  /**
   * Makes the answer a stream of events. The first event is the reply of `work`, which authorises and audits. Each
   * change of it is one more event, until one is the last.
   */
  readonly events?: {
    look(vault: Vault, caller: Caller, input: Input<P, Q, B>): Promise<unknown>;
    isLast(reply: unknown): boolean;
  };
}

/** An operation that only the command calls. It takes what no request can bring: folders, progress, another's lease. */
export interface CommandOperation extends Named {
  readonly method?: never;
}

export type AnyOperation = Operation | CommandOperation;

export function operation<
  R extends z.ZodType,
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends Shape = undefined,
>(declared: Operation<P, Q, B, R>): Operation<P, Q, B, R> & Work<Input<P, Q, B>, z.output<R>> {
  const work = declared.work as Work<Input<P, Q, B>, z.output<R>>;
  // A new function: two operations may have the same work.
  return Object.assign(work.bind(undefined), declared);
}

export function commandOperation<I extends readonly unknown[], R>({
  work,
  ...named
}: Named & { readonly work: (vault: Vault, caller: Caller, ...input: I) => Promise<R> }): CommandOperation &
  typeof work {
  return Object.assign(work.bind(undefined), named);
}
