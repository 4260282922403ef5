/**
 * The claims of a call's values (`unique-values.ts`), beside tokens that are given again: an item with `reuse` whose
 * subject has the value already leads to that record, and stores no second one.
 */
import { VaultError } from '../errors.ts';
import type { SubjectId, TenantId, Token } from '../ids.ts';
import { handOver, secrets } from '../secret.ts';
import { knownSubjects } from '../subjects/refs.ts';
import { findLinks, type ReuseRow, type ReuseScope, reuseKey } from '../tokens/reuse.ts';
import type { Followed } from './links.ts';
import type { NewValue } from './new-tokens.ts';
import type { Parts } from './parts.ts';
import { assertUnique, type Claim } from './unique-values.ts';

const FIRST = 1;

/** @throws {ValueNotUniqueError} @throws `concurrent_change` */
export async function claimsOf(
  parts: Parts,
  tenant: TenantId,
  values: readonly NewValue[],
  now: Date,
): Promise<ReadonlyMap<number, Claim>> {
  const scope = (i: number) => {
    const { format, wanted } = values[i] as NewValue;
    return JSON.stringify([format, wanted.audience, wanted.subject]);
  };
  const reuses = (i: number) => values[i]?.wanted.reuse === true;
  const isOne = (one: number, other: number) => reuses(one) && reuses(other) && scope(one) === scope(other);
  return assertUnique(parts, tenant, values, now, isOne, async (places) => {
    const asked = places.filter(reuses);
    if (asked.length === 0) return new Set();
    const { keyring, keyStore } = parts;
    const of = asked.map((i) => values[i] as NewValue);
    const subjects = await knownSubjects(
      keyStore.reader,
      keyring,
      tenant,
      of.map(({ wanted }) => wanted.subject),
    );
    const scopes = of.map((value, n) => scopeOf(value, subjects[n]));
    const links = await findLinks(keyStore.reader, await reuseKey(keyring.indexes, tenant), tenant, scopes);
    return new Set(asked.filter((_, n) => links[n] !== undefined && !(of[n]?.wanted.subject && !subjects[n])));
  });
}

/** What makes two items one request for a token. */
export function scopeOf({ type, value, kept, format, wanted }: NewValue, subject: SubjectId | undefined): ReuseScope {
  return { type, value, kept: kept?.name, format, audience: wanted.audience, subject };
}

/** Values that are stored as records for which other calls have made keys. @throws `concurrent_change` */
export async function takenOver(
  { keyStore, keyring }: Parts,
  tenant: TenantId,
  values: readonly NewValue[],
  claims: ReadonlyMap<number, Claim>,
  linked: ReadonlyMap<number, ReuseRow>,
): Promise<Map<number, Followed>> {
  const taken = [...claims].flatMap(([i, { as }]) => (as === undefined || linked.has(i) ? [] : [{ i, record: as }]));
  if (taken.length === 0) return new Map();
  const places = taken.map(({ record }) => ({ record, generation: FIRST }));
  using deks = secrets(await keyring.records.find(keyStore.reader, tenant, places));
  if (deks.includes(undefined)) throw new VaultError('concurrent_change');
  const own = handOver(deks) as Buffer[];
  return new Map(
    taken.map(({ i, record }, n) => {
      const { token, expiresAt } = values[i] as NewValue;
      const link = { record, generation: FIRST, token: token as Token };
      // The caller wipes it.
      return [i, { link, dek: own[n] as Buffer, expiresAt }];
    }),
  );
}
