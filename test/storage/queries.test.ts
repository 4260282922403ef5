/** Typed statements off the hot path (`storage/queries.ts`), on both engines, with tables of the test's own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { change, count, first, pages, removeWhere, select, values, type Where } from '../../src/storage/queries.ts';
import { type Row, table } from '../../src/storage/table.ts';
import type { RecordStore } from '../../src/storage/tx.ts';
import { tell } from '../support/home.ts';
import { ENGINES, freshStores, type StoreUrls } from '../support/stores.ts';

const things = table(
  'records',
  'things',
  { shelf: 'text', name: 'text', part: 'int', size: 'int?', body: 'bytes?', note: 'text?' },
  ['shelf', 'name', 'part'],
);
type Thing = Row<typeof things>;
const kept = table('keys', 'kept', { name: 'text' }, ['name']);
const PAGE = 4;

describe.each(ENGINES)('statements on %s', (engine) => {
  let store: RecordStore;
  let stores: StoreUrls;
  let shelves = 0;

  /** One row for each, in an order that is not theirs. */
  async function shelfOf(...rows: Partial<Thing>[]): Promise<string> {
    const shelf = `shelf-${shelves++}`;
    const blank = { shelf, name: 'n', part: 0, size: null, body: null, note: null };
    await store.shared((tx) => tx.insert(things, rows.map((row) => ({ ...blank, ...row })).reverse()));
    return shelf;
  }

  beforeAll(async () => {
    stores = await freshStores(engine);
    store = await openStore('records', stores.recordStoreUrl);
    const types = engine === 'sqlite' ? ['integer', 'integer', 'blob'] : ['bigint NOT NULL', 'bigint', 'bytea'];
    await tell(
      stores.recordStoreUrl,
      `CREATE TABLE things (shelf text NOT NULL, name text NOT NULL, part ${types[0]}, size ${types[1]},
       body ${types[2]}, note text, PRIMARY KEY (shelf, name, part))`,
    );
  });
  afterAll(async () => {
    await store.close();
    await stores.drop();
  });

  describe('select', () => {
    test('gives the columns that were asked for, in their order, and no more rows than the limit', async () => {
      const shelf = await shelfOf({ name: 'a', size: 3 }, { name: 'b', size: 1 }, { name: 'c', size: 2 });

      const asked = { columns: ['name'], where: { shelf }, orderBy: ['size'], limit: 2 } as const;

      expect(await select(store.reader, things, asked)).toEqual([{ name: 'b' }, { name: 'c' }]);
      expect(await select(store.reader, things, { ...asked, descending: true })).toEqual([
        { name: 'a' },
        { name: 'c' },
      ]);
      expect(await first(store.reader, things, asked)).toEqual({ name: 'b' });
      expect(await first(store.reader, things, { ...asked, skip: 2 })).toEqual({ name: 'a' });
      expect(await first(store.reader, things, { ...asked, skip: 3 })).toBeUndefined();
      expect(await first(store.reader, things, { where: { shelf: 'nowhere' } })).toBeUndefined();
      expect(await first(store.reader, things, { where: { shelf, name: 'a' } })).toEqual({
        ...{ shelf, name: 'a', part: 0, size: 3, body: null, note: null },
      });
    });

    test('goes on after a place, in either direction', async () => {
      const shelf = await shelfOf(...['a', 'b'].flatMap((name) => [1, 2, 3].map((part) => ({ name, part }))));
      const columns = ['name', 'part'] as const;
      const asked = { columns, where: { shelf }, orderBy: columns, after: { name: 'a', part: 3 } };

      const later = await select(store.reader, things, asked);
      const earlier = await select(store.reader, things, { ...asked, descending: true });

      expect(later.map(({ name, part }) => `${name}${part}`)).toEqual(['b1', 'b2', 'b3']);
      expect(earlier.map(({ name, part }) => `${name}${part}`)).toEqual(['a2', 'a1']);
    });

    test('meets every condition, each at its edge', async () => {
      const body = Buffer.from([1, 2]);
      const shelf = await shelfOf(
        { name: 'a', size: 1, body },
        { name: 'b', size: 2, note: 'x' },
        { name: 'c', size: 3, note: 'y' },
        { name: 'd' },
      );
      const named = async (where: Where<typeof things>) => {
        const rows = await select(store.reader, things, { where: { shelf, ...where }, orderBy: ['name'] });
        return rows.map(({ name }) => name).join('');
      };

      expect(await named({ size: { '<': 2 } })).toBe('a');
      expect(await named({ size: { '<=': 2 } })).toBe('ab');
      expect(await named({ size: { '>': 2 } })).toBe('c');
      expect(await named({ size: { '>=': 2 } })).toBe('bc');
      expect(await named({ size: { '>': 1, '<': 3 } })).toBe('b');
      expect(await named({ size: null })).toBe('d');
      expect(await named({ size: { not: null } })).toBe('abc');
      expect(await named({ size: { not: 2 } })).toBe('ac');
      expect(await named({ body })).toBe('a');
      expect(await named({ name: { in: ['a', 'd'] } })).toBe('ad');
      expect(await named({ name: { in: [] } })).toBe('');
      expect(await named({ name: { notIn: ['a', 'd'] } })).toBe('bc');
      expect(await named({ note: 'x', name: { in: ['a', 'b'] } })).toBe('b');
      expect(await named({ name: { in: values(things, 'name', { shelf, size: { '>=': 2 } }) } })).toBe('bc');
      expect(await named({ name: { notIn: values(things, 'name', { shelf, size: null }) } })).toBe('abc');
      const literal = { where: { shelf }, literally: "note <> 'x'" };
      expect((await select(store.reader, things, literal)).map(({ name }) => name)).toEqual(['c']);
    });

    test('refuses a condition, a change and a place that lack their value', async () => {
      const shelf = await shelfOf({ name: 'a' });
      const lacking = { shelf, name: undefined as unknown as string };

      const refused = { code: 'internal_error' };
      await expect(select(store.reader, things, { where: lacking })).rejects.toMatchObject(refused);
      const place = { where: { shelf }, orderBy: ['name'], after: {} as { name: string } } as const;
      await expect(select(store.reader, things, place)).rejects.toMatchObject(refused);
      await expect(store.exclusive((tx) => removeWhere(tx, things, lacking))).rejects.toMatchObject(refused);
      const nothing = { note: undefined as unknown as string };
      await expect(store.exclusive((tx) => change(tx, things, { shelf }, nothing))).rejects.toMatchObject(refused);
      expect(await count(store.reader, things, { where: { shelf } })).toBe(1);
    });

    test.runIf(engine === 'postgres')(
      'holds its rows until the transaction ends, or takes those that are free',
      async () => {
        const shelf = await shelfOf({ name: 'a' }, { name: 'b' });
        const asked = { columns: ['name'], where: { shelf }, orderBy: ['name'] } as const;
        const order: string[] = [];
        let waiting: Promise<unknown> | undefined;

        await store.exclusive(async (tx) => {
          await select(tx, things, { ...asked, where: { shelf, name: 'a' }, lock: 'wait' });
          const free = await store.exclusive((other) => select(other, things, { ...asked, lock: 'skip' }));
          expect(free).toEqual([{ name: 'b' }]);
          waiting = store.exclusive(async (other) => {
            await select(other, things, { ...asked, lock: 'wait' });
            order.push('the other');
          });
          await new Promise((resume) => setTimeout(resume, 100));
          order.push('the holder');
        });
        await waiting;

        expect(order).toEqual(['the holder', 'the other']);
      },
    );
  });

  test('count tells how many rows meet a condition, and looks at no more than it is told to', async () => {
    const shelf = await shelfOf(...[1, 2, 3].map((part) => ({ part, size: part })));

    expect(await count(store.reader, things, { where: { shelf } })).toBe(3);
    expect(await count(store.reader, things, { where: { shelf, size: { '>=': 2 } } })).toBe(2);
    expect(await count(store.reader, things, { where: { shelf: 'nowhere' } })).toBe(0);
    expect(await count(store.reader, things, { where: { shelf }, limit: 2 })).toBe(2);
    expect(await count(store.reader, things, { where: { shelf }, limit: 4 })).toBe(3);
    const after = { orderBy: ['part'], after: { part: 1 } } as const;
    expect(await count(store.reader, things, { where: { shelf }, ...after })).toBe(2);
    expect(await count(store.reader, things, { where: { shelf }, ...after, limit: 1 })).toBe(1);
  });

  describe('pages', () => {
    async function walk(rows: number) {
      const named = Array.from({ length: rows }, (_, i) => ({ name: `n${Math.floor(i / 3)}`, part: i % 3 }));
      const shelf = await shelfOf(...named);
      let asked = 0;
      const reader = {
        ...store.reader,
        query: ((build) => {
          asked += 1;
          return store.reader.query(build);
        }) as typeof store.reader.query,
      };
      const sizes: number[] = [];
      const seen: string[] = [];
      const selection = {
        columns: ['name', 'part'],
        where: { shelf },
        orderBy: ['name', 'part'],
        limit: PAGE,
      } as const;
      for await (const page of pages(reader, things, selection)) {
        sizes.push(page.length);
        seen.push(...page.map(({ name, part }) => `${name}/${part}`));
      }
      expect(seen).toEqual(named.map(({ name, part }) => `${name}/${part}`));
      return { sizes, asked };
    }

    test.each([
      ['none', 0, [], 1],
      ['one', 1, [1], 1],
      ['one less than a page', PAGE - 1, [PAGE - 1], 1],
      ['exactly a page', PAGE, [PAGE], 2],
      ['one more than a page', PAGE + 1, [PAGE, 1], 2],
      ['exactly two pages', 2 * PAGE, [PAGE, PAGE], 3],
    ])('sees each row once: %s', async (_, rows, sizes, asked) => {
      expect(await walk(rows)).toEqual({ sizes, asked });
    });

    test('begins after a place, goes down as well, and stops where it is left', async () => {
      const shelf = await shelfOf(...[1, 2, 3, 4, 5, 6].map((part) => ({ part })));
      const selection = { columns: ['part'], where: { shelf }, orderBy: ['part'], limit: 2 } as const;
      const walked = async (more: { descending?: boolean; after?: { part: number } }) => {
        const walked: number[][] = [];
        for await (const page of pages(store.reader, things, { ...selection, ...more }))
          walked.push(page.map(({ part }) => part));
        return walked;
      };

      expect(await walked({ after: { part: 3 } })).toEqual([[4, 5], [6]]);
      expect(await walked({ after: { part: 6 } })).toEqual([]);
      expect(await walked({ descending: true })).toEqual([
        [6, 5],
        [4, 3],
        [2, 1],
      ]);
      for await (const page of pages(store.reader, things, selection)) {
        expect(page).toHaveLength(2);
        break;
      }
    });

    test('goes on where it was, though rows that it has seen are removed meanwhile', async () => {
      const shelf = await shelfOf(...[1, 2, 3, 4, 5].map((part) => ({ part })));
      const seen: number[] = [];
      for await (const page of pages(store.reader, things, { where: { shelf }, orderBy: ['part'], limit: 2 })) {
        seen.push(...page.map(({ part }) => part));
        await store.exclusive((tx) => removeWhere(tx, things, { shelf, part: { in: page.map(({ part }) => part) } }));
      }
      expect(seen).toEqual([1, 2, 3, 4, 5]);
    });
  });

  test('change sets, adds to, or sets once the rows that meet its condition, and says how many', async () => {
    const shelf = await shelfOf({ part: 1, size: 5, note: 'kept' }, { part: 2, size: 7 }, { part: 3, size: 1 });
    const where = { shelf, part: { '<=': 2 } };

    const changed = await store.exclusive((tx) =>
      change(tx, things, where, { size: { plus: -2 }, note: { unlessSet: 'new' }, body: Buffer.from('b') }),
    );

    expect(changed).toBe(2);
    const rows = await select(store.reader, things, { where: { shelf }, orderBy: ['part'] });
    expect(rows.map(({ size, note, body }) => [size, note, body?.toString() ?? null])).toEqual([
      [3, 'kept', 'b'],
      [5, 'new', 'b'],
      [1, null, null],
    ]);
    await expect(store.shared((tx) => change(tx, things, where, { size: 0 }))).rejects.toMatchObject({
      code: 'internal_error',
    });
  });

  test('removeWhere removes the rows that meet its condition, and says how many', async () => {
    const shelf = await shelfOf({ part: 1, size: 1 }, { part: 2, size: 2 }, { part: 3 });

    expect(await store.exclusive((tx) => removeWhere(tx, things, { shelf, size: { not: null } }))).toBe(2);
    expect(await select(store.reader, things, { columns: ['part'], where: { shelf } })).toEqual([{ part: 3 }]);
    await expect(store.shared((tx) => removeWhere(tx, things, { shelf }))).rejects.toMatchObject({
      code: 'internal_error',
    });
  });
});

test('what the compiler refuses', () => {
  // Never called.
  const refused = async ({ reader }: RecordStore): Promise<void> => {
    // @ts-expect-error a table of the other store
    await select(reader, kept);
    // @ts-expect-error no such column
    await select(reader, things, { columns: ['nmae'] });
    // @ts-expect-error no such column
    await select(reader, things, { where: { nmae: 'a' } });
    // @ts-expect-error a value of another type
    await select(reader, things, { where: { size: 'a' } });
    // @ts-expect-error a condition of another type
    await select(reader, things, { where: { size: { '>': 'a' } } });
    // @ts-expect-error null in a column that has none
    await select(reader, things, { where: { name: null } });
    // @ts-expect-error the place lacks a column of the order
    await select(reader, things, { orderBy: ['name', 'part'], after: { name: 'a' } });
    // @ts-expect-error a column that was not selected
    (await first(reader, things, { columns: ['name'] }))?.size;
    // @ts-expect-error pages by a column that may be null, behind which nothing comes
    for await (const _ of pages(reader, things, { orderBy: ['size'], limit: 1 }));
    // @ts-expect-error pages by a column that was not selected
    for await (const _ of pages(reader, things, { columns: ['name'], orderBy: ['part'], limit: 1 }));
  };
  expect(refused).toBeTypeOf('function');
});
