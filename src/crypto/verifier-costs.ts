/**
 * What it costs to check a verifier, by tenant: the Argon2id parameters that this process has met. Where the time of an
 * answer must not tell whether there is a verifier, or which, each of them is computed (`verify-if-there.ts`).
 *
 * Guarantees: of a tenant, today's parameters stand first, and each set stands once. What is kept is bounded.
 * Does not: outlive the process. A set is met when a person's verifier that has it is brought along, or first checked.
 */
import type { PassphraseParams } from './kdf.ts';

/** A tenant brings verifiers along from one system, or from few. Each set makes every sign-in by a name dearer. */
const MAX_SETS = 4;
/** Of more tenants, those that met nothing for longest begin anew. */
const MAX_TENANTS = 1_000;

export class VerifierCosts {
  readonly #today: PassphraseParams;
  /** By tenant and by set, the least recently met first. */
  readonly #met = new Map<string, Map<string, PassphraseParams>>();

  constructor(today: PassphraseParams) {
    this.#today = today;
  }

  /** A verifier of the tenant has these. */
  meet(tenant: string, params: PassphraseParams): void {
    if (isSame(params, this.#today)) return;
    const sets = this.#met.get(tenant) ?? new Map<string, PassphraseParams>();
    touch(sets, nameOf(params), params, MAX_SETS);
    touch(this.#met, tenant, sets, MAX_TENANTS);
  }

  /** Every set that verifiers of the tenant are known to have, always in the same order. */
  of(tenant: string): readonly PassphraseParams[] {
    const others = [...(this.#met.get(tenant)?.entries() ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    return [this.#today, ...others.map(([, params]) => params)];
  }
}

export function isSame(one: PassphraseParams, other: PassphraseParams): boolean {
  return nameOf(one) === nameOf(other);
}

function nameOf({ memoryKiB, passes, parallelism }: PassphraseParams): string {
  return `${memoryKiB}/${passes}/${parallelism}`;
}

/** Puts an entry last; forgets the first ones if there are too many. */
function touch<V>(map: Map<string, V>, name: string, value: V, most: number): void {
  map.delete(name);
  map.set(name, value);
  for (const oldest of map.keys()) {
    if (map.size <= most) break;
    map.delete(oldest);
  }
}
