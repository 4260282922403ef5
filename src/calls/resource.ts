/** A data type as a decision knows it (`access/decide.ts`). */
import type { Action } from '../access/actions.ts';
import { decide, type Resource } from '../access/decide.ts';
import type { DataType } from '../datatypes/datatype.ts';
import type { Caller } from './caller.ts';

export function resourceOf({ name, views, ofPlain }: DataType): NonNullable<Resource['type']> {
  return { name, views: Object.keys(views), ofPlain };
}

/** Whether the caller may see values of the type plain, for the purpose. */
export function mayReveal(caller: Caller, type: DataType, purpose: string): boolean {
  return decide(caller, 'detokenize', { type: resourceOf(type), view: 'plain', purpose }).allowed;
}

/** Whether the caller may do this at all, before it is known to what. */
export function mayDo(caller: Caller, action: Action): boolean {
  return decide(caller, action).allowed;
}
