/** Search by values of several types that one person has. */
import { describe, expect, test } from 'vitest';
import { compileRole } from '../../src/access/roles/compiled-role.ts';
import type { RecordId, Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { search } from '../../src/operations/values/search.ts';
import { callerOf, stage, withoutTable } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { PURPOSES } from '../support/vault.ts';
import { counting, findAll, pagesOf, type Query, storeAll } from './world.ts';

const BORN = '1988-02-29';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine, { plannedRecords: 64 });
  const name = (family: string, subject?: string, given = 'Kim') => ({
    ...{ type: 'name', value: { given, family } },
    ...(subject && { subject }),
  });
  const born = (value: string, subject?: string) => ({ type: 'date_of_birth', value, ...(subject && { subject }) });
  const asking = (family: string, date = BORN): Query => ({
    ...{ type: 'name', part: 'family', value: family },
    and: [{ type: 'date_of_birth', value: date }],
  });
  const store = async (...items: Parameters<typeof storeAll>[2]) =>
    (await storeAll(here.vault, await here.as('app'), items)).map(({ record }) => record);
  const find = async (query: Query) => findAll(here.vault, await here.as('app'), query);
  const refused = async (query: Query) =>
    search(here.vault, await here.as('app'), { ...query, purpose: 'billing' }).then(
      () => undefined,
      ({ code, field }) => ({ code, field }),
    );

  test('who has both is found; who has one of them, or both in two persons, or belongs to nobody, is not', async () => {
    const [one] = await store(
      ...[name('Both', 'both-1'), born(BORN, 'both-1')],
      ...[name('Both', 'both-2'), born('1988-03-01', 'both-2')],
      ...[name('Other', 'both-3'), born(BORN, 'both-3')],
      ...[name('Both', 'both-4')],
      ...[born(BORN, 'both-5')],
      ...[name('Both'), born(BORN)],
    );

    expect(await find(asking('both'))).toEqual([one]);
    expect(await find(asking('both', '1988-03-02'))).toEqual([]);
    expect(
      await find({ type: 'date_of_birth', value: BORN, and: [{ type: 'name', part: 'family', value: 'Both' }] }),
    ).toHaveLength(1);
    expect(await find({ ...asking('both'), and: [] })).toHaveLength(4);
  });

  test('each record of the person that meets the first is found, once, however many meet the others', async () => {
    const [one, two] = await store(
      ...[name('Several', 'several'), name('Several', 'several', 'K.'), name('Else', 'several')],
      ...[born(BORN, 'several'), born(BORN, 'several'), born('1990-01-01', 'several')],
    );

    expect(await find(asking('several'))).toEqual([one, two]);
    expect(await find(asking('several', '1990-01-01'))).toEqual([one, two]);
  });

  test('four further values must all be met, by parts and wholes alike', async () => {
    const [one] = await store(
      ...[name('Four', 'four-1'), born(BORN, 'four-1')],
      ...[
        { type: 'email', value: 'kim@four.example', subject: 'four-1' },
        {
          type: 'card',
          value: { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 },
          subject: 'four-1',
        },
      ],
      ...[name('Four', 'four-2'), born(BORN, 'four-2')],
      { type: 'email', value: 'kim@four.example', subject: 'four-2' },
    );
    const and = (last4: string) => [
      { type: 'date_of_birth', value: BORN },
      { type: 'email', part: 'domain', value: 'four.example' },
      { type: 'card', part: 'last4', value: last4 },
      { type: 'name', value: { given: 'kim', family: 'four' } },
    ];
    const query = { type: 'name', part: 'family', value: 'Four' };

    expect(await find({ ...query, and: and('4242') })).toEqual([one]);
    expect(await find({ ...query, and: and('4243') })).toEqual([]);
  });

  test('a further value that was corrected or erased is met no longer, and a corrected one is met as it is now', async () => {
    const app = await here.as('app');
    const [one, birthOfOne, two, birthOfTwo] = await store(
      ...[name('Changed', 'changed-1'), born(BORN, 'changed-1')],
      ...[name('Changed', 'changed-2'), born(BORN, 'changed-2')],
    );
    expect(await find(asking('changed'))).toEqual([one, two]);

    await correct(here.vault, app, { record: birthOfOne as RecordId, value: '1988-03-01' });
    await erase(here.vault, app, { records: [birthOfTwo as RecordId] });

    expect(await find(asking('changed'))).toEqual([]);
    expect(await find(asking('changed', '1988-03-01'))).toEqual([one]);
  });

  test('a value whose erasure was ordered, and whose key a crash has kept, is met by nobody, neither first nor further', async () => {
    const app = await here.as('app');
    const [, birth, second] = await store(
      ...[name('Ordered', 'ordered-1'), born(BORN, 'ordered-1')],
      ...[name('Ordered', 'ordered-2'), born(BORN, 'ordered-2')],
    );
    const receipt = await withoutTable(here.home.keyStoreUrl, 'tombstones', () =>
      erase(here.vault, app, { records: [birth as RecordId] }),
    );

    expect(receipt.state).toBe('ordered');
    expect(await find(asking('ordered'))).toEqual([second]);
    const births = await find({ type: 'date_of_birth', value: BORN });
    expect(births).not.toContain(birth);
  });

  test('what is wrong with a further value is named in its place', async () => {
    const with2 = (second: object) => ({
      ...{ type: 'name', part: 'family', value: 'X' },
      and: [{ type: 'date_of_birth', value: BORN }, second],
    });
    expect(await refused(asking('X', 'x'))).toEqual({ code: 'invalid_value', field: 'and/0/value' });
    expect(await refused(with2({ type: 'text', value: 'x' }) as Query)).toEqual({
      ...{ code: 'not_searchable', field: 'and/1/type' },
    });
    expect(await refused(with2({ type: 'no', value: 'x' }) as Query)).toEqual({
      ...{ code: 'unknown_type', field: 'and/1/type' },
    });
    expect(await refused(with2({ type: 'email', part: 'no', value: 'x' }) as Query)).toEqual({
      ...{ code: 'unknown_part', field: 'and/1/part' },
    });
    const wrong = { type: 'card', part: 'last4_expiry', value: { last4: 'x', expiryMonth: 1, expiryYear: 2030 } };
    expect(await refused(with2(wrong) as Query)).toEqual({ code: 'invalid_value', field: 'and/1/value.last4' });
  });

  test('a role that may not see one of the types is refused the whole, and the purpose is the caller’s own', async () => {
    const as = async (type: string) => {
      const rule = { effect: 'allow' as const, actions: ['search' as const], types: [type], views: ['masked'] };
      return { ...(await here.as('app')), role: 'finder', rules: compileRole('finder', [rule]) };
    };
    const asked = async (type: string, query: Query) =>
      search(here.vault, await as(type), { ...query, purpose: 'billing' }).then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
    expect(await asked('name', { type: 'name', part: 'family', value: 'X' } as Query)).toBeUndefined();
    expect(await asked('name', asking('X'))).toBe('not_allowed');
    expect(await asked('date_of_birth', asking('X'))).toBe('not_allowed');
    expect(await here.lastEntry()).toMatchObject({ action: 'search', outcome: 'refused', code: 'not_allowed' });
    const foreign = search(here.vault, await here.as('app'), { ...asking('X'), purpose: 'marketing' });
    await expect(foreign).rejects.toMatchObject({ code: 'purpose_not_allowed' });
  });

  test('another tenant’s person is nobody’s', async () => {
    await store(name('Abroad', 'abroad'));
    await storeAll(here.vault, await here.inTenant('persons-other', 'app'), [born(BORN, 'abroad')]);
    expect(await find(asking('abroad'))).toEqual([]);
  });

  test('pages go on over many persons of one name, and what a call opens stays bounded', async () => {
    const items = Array.from({ length: 150 }, (_, i) => [
      name('Legion', `legion-${i}`),
      born(i % 3 === 0 ? BORN : '1970-01-01', `legion-${i}`),
    ]);
    const records = await store(...items.flat());
    const wanted = records.filter((_, i) => i % 6 === 0);
    const { vault, opened } = counting(here.vault);

    const pages = await pagesOf(vault, await here.as('app'), { ...asking('legion'), limit: 20 });

    expect(pages.flatMap((page) => page.records)).toEqual(wanted);
    expect(pages.map((page) => page.records.length)).toEqual([20, 20, 10]);
    // Each page opens what it looks at, and starts where the last one ended: little is opened twice.
    expect(opened()).toBeLessThan(3 * items.length);
  });

  test('a person with very many values of a further type does not make a call open more than its bound', async () => {
    const people = 30;
    const items = Array.from({ length: people }, (_, i) => [
      name('Hoarder', `hoarder-${i}`),
      ...Array.from({ length: 120 }, (_, n) => ({
        type: 'email',
        value: `e${n}@hoard.example`,
        subject: `hoarder-${i}`,
      })),
    ]);
    const records = await store(...items.flat());
    const persons = records.filter((_, i) => i % 121 === 0);
    const query = (local: string): Query => ({
      ...{ type: 'name', part: 'family', value: 'Hoarder' },
      and: [{ type: 'email', value: `${local}@hoard.example` }],
    });
    let before = 0;
    const most: number[] = [];
    const { vault, opened } = counting(here.vault);
    const pages = await pagesOf(vault, await here.as('app'), query('e99'), async () => {
      most.push(opened() - before);
      before = opened();
    });

    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flatMap((page) => page.records)).toEqual(persons);
    // Two thousand, and what the last eight persons have on top.
    expect(Math.max(...most)).toBeLessThanOrEqual(2_000 + 8 * 100 + 100);
    // limit: the first hundred of a type are looked at.
    expect(await find(query('e100'))).toEqual([]);
  });

  test('a caller tied to an audience meets persons only by values it has a token of', async () => {
    const admin = await callerOf(here.vault, await here.home.adminKey());
    const { apiKey } = await addPrincipal(here.vault, admin, {
      ...{ name: 'shop', role: 'app', purposes: PURPOSES, audience: 'shop' },
    });
    const shop = await callerOf(here.vault, apiKey);
    const [token] = (
      await storeAll(here.vault, await here.as('app'), [
        { ...name('Guarded', 'guarded'), audience: 'shop' } as never,
        born(BORN, 'guarded'),
        { type: 'email', value: 'kim@guarded.example', subject: 'guarded', audience: 'shop' } as never,
      ])
    ).map((stored) => stored.token);
    const ask = (query: Query) => search(here.vault, shop, { ...query, purpose: 'billing' });
    const query = { type: 'name', part: 'family', value: 'Guarded' };
    const found = { token, masked: 'K*** G***' };

    expect((await ask(query)).results).toEqual([found]);
    expect((await ask({ ...query, and: [{ type: 'email', value: 'kim@guarded.example' }] })).results).toEqual([found]);
    // Otherwise it could guess a birthday that it was never given.
    expect((await ask(asking('guarded'))).results).toEqual([]);
    expect((await ask({ type: 'date_of_birth', value: BORN })).results).toEqual([]);
    expect(await find(asking('guarded'))).toHaveLength(1);
  });

  test('a value whose tokens have all ended is found by nobody, neither first nor further', async () => {
    const app = await here.as('app');
    const items = [
      { ...name('Ended', 'ended'), ttlSeconds: 60 },
      { ...born(BORN, 'ended'), ttlSeconds: 120 },
      name('Ended', 'ended', 'Ko'),
    ];
    const [, , left] = await storeAll(here.vault, app, items);
    expect(await find(asking('ended'))).toHaveLength(2);

    here.advance(61_000);
    expect(await find(asking('ended'))).toEqual([left?.record]);
    here.advance(61_000);
    expect(await find(asking('ended'))).toEqual([]);
    expect(await find({ type: 'name', part: 'family', value: 'Ended' })).toEqual([left?.record]);

    await revokeToken(here.vault, app, { token: left?.token as Token });
    expect(await find({ type: 'name', part: 'family', value: 'Ended' })).toEqual([]);
  });
});
