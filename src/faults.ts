/**
 * Gathers what is wrong with a request, so that its caller mends all of it at once.
 *
 * Guarantees: at most `MAX_FAULTS` are gathered, in the order of the request's items; whoever checks stops there. Only
 * refusals of what was sent are faults (kind `invalid`). Anything else ends the check at once and is thrown as it is: a
 * refusal of the caller, a store out of reach.
 * Does not: look at a stored value. A check that depends on one stays outside, where it is counted as a guess.
 */
import { type Fault, VaultError } from './errors.ts';

export const MAX_FAULTS = 100;

export class Faults {
  readonly #found: VaultError[] = [];

  get areMany(): boolean {
    return this.#found.length >= MAX_FAULTS;
  }

  /** @returns what the check returns; undefined if it found a fault. @throws what is no fault */
  async of<R>(place: string, check: () => R | Promise<R>): Promise<R | undefined> {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      if (error.kind !== 'invalid') throw error;
      this.#found.push(place === '' ? error : error.at(place));
      return undefined;
    }
  }

  /** @throws the first fault, with all of them */
  throwIfAny(): void {
    if (this.#found.length > 0) throw allOf(this.#found);
  }
}

/**
 * @param found at least one refusal; each may bring several faults. Those of items are put into the order of the items,
 *   after the others
 * @returns the first of them, with all of them
 */
export function allOf(found: readonly VaultError[]): VaultError {
  const each = found.flatMap((error) => faultsOf(error).map((fault) => ({ error, fault })));
  const ordered = each.sort((a, b) => placeOf(a.fault) - placeOf(b.fault)).slice(0, MAX_FAULTS);
  const [first] = ordered;
  if (first === undefined) throw new TypeError('There is no fault to tell.');
  const { code, detail, field } = first.fault;
  const whole = first.error.code === code && first.error.field === field ? first.error : undefined;
  const said = whole ?? new VaultError(code, detail, { field });
  return said.among(ordered.map(({ fault }) => fault));
}

/** What the error says is wrong: itself at least. */
export function faultsOf({ errors, field, code, message }: VaultError): readonly Fault[] {
  return errors.length > 0 ? errors : [{ ...(field === undefined ? {} : { field }), code, detail: message }];
}

/** The number of the item that a fault is in; faults of no item come first. */
function placeOf({ field = '' }: Fault): number {
  const [, n] = /^(?:items|and)\/(\d+)(?:\/|$)/.exec(field) ?? [];
  return n === undefined ? -1 : Number(n);
}

/** For people: what is wrong, a line each; nothing where the error's own message says it all. */
export function linesOf(errors: readonly Pick<Fault, 'field' | 'detail'>[]): string {
  if (errors.length < 2) return '';
  return errors.map(({ field = 'the request', detail }) => `\n  ${field}: ${detail}`).join('');
}
