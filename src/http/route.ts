/**
 * A route: one operation of the API, described once. From the description come validation, types, authentication,
 * the audit of what is turned away, and the operation's part of the OpenAPI document.
 */
import type { z } from 'zod';
import type { Caller } from '../calls/caller.ts';
import type { Call } from '../calls/perform.ts';
import type { ProblemCode } from '../problems/list.ts';
import type { Vault } from '../vault/vault.ts';

type Shape = z.ZodType | undefined;
type Parsed<S extends Shape> = S extends z.ZodType ? z.output<S> : undefined;

export interface Input<P extends Shape, Q extends Shape, B extends Shape> {
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: Parsed<B>;
}

export interface Route<P extends Shape = Shape, Q extends Shape = Shape, B extends Shape = Shape> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As OpenAPI writes it: `/v1/tokens/{token}`. Personal data is never part of it. */
  readonly path: `/v1/${string}`;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** The action that the audit log names when the request is turned away. */
  readonly action: Call<unknown>['action'];
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly reply: z.ZodType;
  /** Status of a reply; 200 where absent. */
  readonly status?: 200 | 201 | 202;
  /** Whether it takes an `Idempotency-Key`. */
  readonly idempotent?: true;
  /** Codes of its own; those that every route may answer with are added. */
  readonly problems: readonly ProblemCode[];
  handle(vault: Vault, caller: Caller, input: Input<P, Q, B>): Promise<unknown>;
  /**
   * Makes the answer a stream of events: the reply of `handle`, which authorises and audits, is the first event, and
   * each change of it one more, until one is the last.
   */
  readonly events?: {
    look(vault: Vault, input: Input<P, Q, B>): Promise<unknown>;
    isLast(reply: unknown): boolean;
  };
}

export function route<P extends Shape = undefined, Q extends Shape = undefined, B extends Shape = undefined>(
  spec: Route<P, Q, B>,
): Route {
  return spec as unknown as Route;
}
