/** Pages of a search: everything once, in the order it was stored, whatever happens between two of them. */
import { describe, expect, test } from 'vitest';
import type { Caller } from '../../src/calls/caller.ts';
import type { RecordId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { search } from '../../src/operations/values/search.ts';
import { callerOf, stage } from '../support/home.ts';
import { fc } from '../support/properties.ts';
import { ENGINES } from '../support/stores.ts';
import { PURPOSES } from '../support/vault.ts';
import { counting, entriesOf, findAll, pagesOf, type Query, storeAll } from './world.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine, { plannedRecords: 64 });
  const app = () => here.as('app');
  const names = async (...families: string[]) =>
    (
      await storeAll(
        here.vault,
        await app(),
        families.map((family) => ({ type: 'name', value: { given: 'Lu', family } })),
      )
    ).map(({ record }) => record);
  const named = (family: string, limit?: number): Query => ({
    ...{ type: 'name', part: 'family', value: family },
    ...(limit && { limit }),
  });
  const refusal = async (caller: Caller, after: string) =>
    search(here.vault, caller, { ...named('Crowd'), purpose: 'billing', after }).then(
      () => undefined,
      ({ kind, code, field }) => ({ kind, code, field }),
    );
  const cursor = async (family: string) =>
    (await search(here.vault, await app(), { ...named(family, 1), purpose: 'billing' })).next as string;

  test('two hundred and fifty equal values come in pages of a hundred, each once, in the order they were stored', async () => {
    const value = 'equal@paging.example';
    const stored = await storeAll(here.vault, await app(), Array(250).fill({ type: 'email', value }));
    const records = stored.map(({ record }) => record);

    for (const query of [
      { type: 'email', value },
      { type: 'email', part: 'domain', value: 'paging.example' },
    ]) {
      const pages = await pagesOf(here.vault, await app(), query);
      expect(pages.map((page) => page.records.length)).toEqual([100, 100, 50]);
      expect(pages.flatMap((page) => page.records)).toEqual(records);
      expect(pages.flatMap((page) => page.tokens)).toEqual(stored.map(({ token }) => token));
    }
  });

  test.each([1, 2, 63, 64, 65, 99])('pages of %i hold that many, and leave none out', async (limit) => {
    const records = await names(...Array(130).fill(`Sized${limit}`));
    const pages = await pagesOf(here.vault, await app(), named(`Sized${limit}`, limit));

    expect(pages.flatMap((page) => page.records)).toEqual(records);
    for (const page of pages.slice(0, -1)) expect(page.records.length).toBe(limit);
  });

  test('a page that ends with the last candidate there is has no next one', async () => {
    const value = 'exact@paging.example';
    await storeAll(here.vault, await app(), Array(100).fill({ type: 'email', value }));
    expect(await pagesOf(here.vault, await app(), { type: 'email', value })).toHaveLength(1);
    expect(await pagesOf(here.vault, await app(), { type: 'email', value, limit: 50 })).toHaveLength(2);
  });

  test('values behind the first 256 rows of an index, which are read at once, are reached', async () => {
    const value = 'many@paging.example';
    const stored = await storeAll(here.vault, await app(), Array(600).fill({ type: 'email', value }));
    const found = await findAll(here.vault, await app(), { type: 'email', value, limit: 77 });
    expect(found).toEqual(stored.map(({ record }) => record));
  });

  test('a cursor is refused at `after` unless a page of this caller’s ended with it', async () => {
    await names('Crowd', 'Crowd', 'Crowd');
    const next = await cursor('Crowd');
    const refused = { kind: 'invalid', code: 'invalid_request', field: 'after' };
    expect(await refusal(await app(), next)).toBeUndefined();

    const admin = await callerOf(here.vault, await here.home.adminKey());
    const other = await addPrincipal(here.vault, admin, { name: 'other', role: 'app', purposes: PURPOSES });
    for (const caller of [
      await callerOf(here.vault, other.apiKey),
      await here.as('support'),
      await here.inTenant('paging-other', 'app'),
    ]) {
      expect(await refusal(caller, next)).toEqual(refused);
    }
    const bytes = Buffer.from(next, 'base64url');
    const altered = [...bytes.keys()].map((i) => {
      const copy = Buffer.from(bytes);
      copy[i] = (copy[i] as number) ^ 1;
      return copy.toString('base64url');
    });
    const junk = ['', 'x', '%', '\u0000', 'é', 'rec_01jz3k5m7nef8g9h0jkmnpqrst', 'A'.repeat(512), next.slice(0, -4)];
    for (const after of [...altered, ...junk, `${next}AAAA`])
      expect(await refusal(await app(), after)).toEqual(refused);
  });

  test('a cursor tells nothing: neither which record, nor when, nor whether two pages ended at the same', async () => {
    const [record] = await names('Silent', 'Silent');
    const [one, two] = [await cursor('Silent'), await cursor('Silent')];
    expect(one).not.toBe(two);
    expect(one.length).toBe(two.length);
    for (const text of [one, Buffer.from(one, 'base64url').toString('latin1')]) {
      expect(text).not.toContain(record);
      expect(text).not.toContain((record as string).slice(4, 14));
    }
  });

  test('a cursor outlives a restart and the record it ended at', async () => {
    const records = await names('Lasting', 'Lasting', 'Lasting');
    const next = await cursor('Lasting');
    await erase(here.vault, await app(), { records: [records[0] as RecordId] });
    const again = await here.home.open({ clock: here.now, plannedRecords: 64 });
    const reply = await search(again, await app(), { ...named('Lasting'), purpose: 'billing', after: next });
    expect(reply.results.map(({ record }) => record)).toEqual(records.slice(1));
  });

  test('thousands that share the entry and are others: pages may be empty, and go on to those that are meant', async () => {
    const caller = await app();
    const probes = Array.from({ length: 40 }, (_, i) => `Haystack${i}`);
    const first = await names(...probes);
    const macs = new Map(
      (await entriesOf(here.vault, caller, 'name.family')).map((entry) => [entry.record, entry.mac]),
    );
    const macOf = (i: number) => macs.get(first[i] as string)?.toString('hex');
    // Forty in sixteen entries: two of them share one.
    const twin = probes.findIndex((_, i) => probes.slice(0, i).some((_, n) => macOf(n) === macOf(i)));
    const meant = probes.findIndex((_, n) => macOf(n) === macOf(twin));
    await names(...Array(2_500).fill(probes[twin]));
    const last = await names(...Array(3).fill(probes[meant]));

    const { vault, opened } = counting(here.vault);
    let before = 0;
    const each: number[] = [];
    const pages = await pagesOf(vault, caller, named(probes[meant] as string, 2), async () => {
      each.push(opened() - before);
      before = opened();
    });

    expect(pages.flatMap((page) => page.records)).toEqual([first[meant], ...last]);
    expect(pages.slice(0, -1).some((page) => page.records.length < 2)).toBe(true);
    expect(Math.max(...each)).toBeLessThan(2_000 + 100);
    // Nothing is opened twice but what stood behind the last result of a page.
    expect(opened()).toBeLessThan(2_600 + 64 * pages.length);
  });

  test('whatever is stored, erased and corrected between pages, what was there throughout comes once', async () => {
    const caller = await app();
    let world = 0;
    const families = ['Amari', 'Bello', 'Costa', 'Dlamini'];
    const change = fc.oneof(
      fc.record({ what: fc.constant('store' as const), family: fc.nat(3), at: fc.nat() }),
      fc.record({ what: fc.constant('erase' as const), family: fc.nat(3), at: fc.nat() }),
      fc.record({ what: fc.constant('correct' as const), family: fc.nat(3), at: fc.nat() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 8 }),
        async (start, limit, rounds) => {
          world += 1;
          const nameOf = (family: number) => `${families[family]}-${world}`;
          const holds = new Map<RecordId, number>();
          for (const [i, record] of (await names(...start.map(nameOf))).entries())
            holds.set(record, start[i] as number);
          const steady = new Set([...holds].filter(([, family]) => family === 0).map(([record]) => record));
          const ever = new Set(steady);
          const order = [...holds.keys()];

          const pages = await pagesOf(here.vault, caller, named(nameOf(0), limit), async () => {
            for (const { what, family, at } of rounds.shift() ?? []) {
              const record = [...holds.keys()][at % Math.max(holds.size, 1)];
              if (what === 'store' || record === undefined) {
                const [fresh] = await names(nameOf(family));
                holds.set(fresh as RecordId, family);
                order.push(fresh as RecordId);
                if (family === 0) ever.add(fresh as RecordId);
                continue;
              }
              if (what === 'erase') {
                await erase(here.vault, caller, { records: [record] });
                holds.delete(record);
              } else {
                await correct(here.vault, caller, { record, value: { given: 'Lu', family: nameOf(family) } });
                holds.set(record, family);
                if (family === 0) ever.add(record);
              }
              if (what === 'erase' || family !== 0) steady.delete(record);
            }
          });

          const found = pages.flatMap((page) => page.records);
          expect(new Set(found).size).toBe(found.length);
          expect(found.filter((record) => !ever.has(record))).toEqual([]);
          expect([...steady].filter((record) => !found.includes(record))).toEqual([]);
          expect(found).toEqual([...found].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
          expect(await findAll(here.vault, caller, named(nameOf(0)))).toEqual(
            order.filter((record) => holds.get(record) === 0),
          );
        },
      ),
      { numRuns: 15 },
    );
  });
});
