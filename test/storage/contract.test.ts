/** What every store promises (`storage/tx.ts`), on both engines, with a table of the test's own. */
import { inspect } from 'node:util';
import type { Knex } from 'knex';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VaultError } from '../../src/errors.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { lookup, type Row, table } from '../../src/storage/table.ts';
import { MAX_WAITING, type RecordStore, type RecordTx } from '../../src/storage/tx.ts';
import { tell } from '../support/home.ts';
import { ENGINES, type Engine, freshStores, type StoreUrls } from '../support/stores.ts';

const things = table(
  'records',
  'things',
  { shelf: 'text', name: 'text', body: 'bytes?', size: 'int?', note: 'text?' },
  ['shelf', 'name'],
);
type Thing = Row<typeof things>;
const byName = lookup(things, ['shelf', 'name']);
const byShelf = lookup(things, ['shelf'], { orderBy: ['name'] });
const byBody = lookup(things, ['body'], { orderBy: ['name'] });
const byExactSize = lookup(things, ['size'], { orderBy: ['name'] });
const bySize = lookup(things, ['shelf'], { orderBy: ['size', 'name'], limit: 3 });

const MODES = ['shared', 'exclusive'] as const;
const COLUMNS = {
  sqlite: 'shelf text NOT NULL, name text NOT NULL, body blob, size integer, note text',
  postgres: 'shelf text NOT NULL, name text NOT NULL, body bytea, size bigint, note text',
};

function thing(shelf: string, name: string, more: Partial<Thing> = {}): Thing {
  return { shelf, name, body: null, size: null, note: null, ...more };
}

async function openWithThings(engine: Engine): Promise<{ store: RecordStore; stores: StoreUrls }> {
  const stores = await freshStores(engine);
  const store = await openStore('records', stores.recordStoreUrl);
  await tell(stores.recordStoreUrl, `CREATE TABLE things (${COLUMNS[engine]}, PRIMARY KEY (shelf, name))`);
  return { store, stores };
}

describe.each(ENGINES)('a store on %s', (engine) => {
  let store: RecordStore;
  let stores: StoreUrls;
  let shelves = 0;
  const freshShelf = () => `shelf-${shelves++}`;
  const namesOn = async (shelf: string) => (await store.reader.find(byShelf, [[shelf]]))[0]?.map((row) => row.name);
  const put = (...rows: Thing[]) => store.shared((tx) => tx.insert(things, rows));

  beforeAll(async () => {
    ({ store, stores } = await openWithThings(engine));
  });
  afterAll(async () => {
    await store.close();
    await stores.drop();
  });

  describe('find', () => {
    test('answers each key in its place: none, one, many, and a key asked twice', async () => {
      const [one, many] = [freshShelf(), freshShelf()];
      await put(thing(one, 'a'), thing(many, 'a'), thing(many, 'b'));
      const keys = [['nowhere'], [many], [one], [many], ['nowhere']];

      const outside = await store.reader.find(byShelf, keys);
      const inside = await store.shared((tx) => tx.find(byShelf, keys));

      expect(outside.map((rows) => rows.map((row) => row.name))).toEqual([[], ['a', 'b'], ['a'], ['a', 'b'], []]);
      expect(inside).toEqual(outside);
      expect(await store.exclusive((tx) => tx.find(byShelf, keys))).toEqual(outside);
    });

    test('keeps the order and the limit of its lookup, for each key by itself', async () => {
      const [one, two] = [freshShelf(), freshShelf()];
      const sizes = [5, 1, 4, 2, 3];
      await put(...[one, two].flatMap((shelf) => sizes.map((size) => thing(shelf, `n${size}`, { size }))));

      const found = await store.reader.find(bySize, [[two], [one]]);

      expect(found.map((rows) => rows.map((row) => row.size))).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
    });

    test('answers the calls of works side by side, each with its own rows', async () => {
      const shelf = freshShelf();
      await put(...Array.from({ length: 40 }, (_, i) => thing(shelf, `n${i}`, { size: i })));

      const found = await Promise.all(
        Array.from({ length: 40 }, (_, i) =>
          store.shared((tx) =>
            tx.find(byName, [
              [shelf, `n${i}`],
              [shelf, 'none'],
            ]),
          ),
        ),
      );

      expect(found.map(([rows = [], none]) => [rows[0]?.size, none])).toEqual(found.map((_, i) => [i, []]));
    });

    test('answers many keys at once as it answers one: by text, number or bytes, ordered, each in its place', async () => {
      const shelf = freshShelf();
      const names = Array.from({ length: 30 }, (_, i) => `n${i}`);
      const bytes = (i: number) => Buffer.from([i, 0, 255 - i]);
      const size = (i: number) => Number.MAX_SAFE_INTEGER - i;
      await put(
        ...names.flatMap((name, i) =>
          ['b', 'a'].map((part) => thing(`${shelf}/${i}`, part, { size: size(i), body: bytes(i), note: name })),
        ),
      );
      const order = [...names.keys()].reverse();
      const asked = [...order, 3, 99, 3];
      const expected = asked.map((i) =>
        i < 30
          ? [
              ['a', `n${i}`],
              ['b', `n${i}`],
            ]
          : [],
      );
      const told = (found: Thing[][]) => found.map((rows) => rows.map((row) => [row.name, row.note]));

      for (const reader of ['outside', 'shared', 'exclusive'] as const) {
        const find: RecordTx['find'] = (lookup, keys) =>
          reader === 'outside' ? store.reader.find(lookup, keys) : store[reader]((tx) => tx.find(lookup, keys));
        expect(
          told(
            await find(
              byShelf,
              asked.map((i) => [`${shelf}/${i}`]),
            ),
          ),
        ).toEqual(expected);
        expect(
          told(
            await find(
              byBody,
              asked.map((i) => [bytes(i)]),
            ),
          ),
        ).toEqual(expected);
        expect(
          told(
            await find(
              byExactSize,
              asked.map((i) => [size(i)]),
            ),
          ),
        ).toEqual(expected);
        expect(
          told(
            await find(
              byName,
              asked.map((i) => [`${shelf}/${i}`, 'b']),
            ),
          ),
        ).toEqual(expected.map((rows) => rows.slice(1)));
      }
    });

    test('of no keys is no rows', async () => {
      expect(await store.reader.find(byShelf, [])).toEqual([]);
      expect(await store.shared((tx) => tx.find(byShelf, []))).toEqual([]);
    });
  });

  describe('values come back as they were stored', () => {
    const texts = [
      '',
      'NULL',
      '{a,"b"}',
      `it's "quoted" \\ \\x00`,
      'a,b\nc\td',
      'Zürich 東京 😀 e\u0301',
      '%_$1::text',
    ];
    const bodies = [Buffer.alloc(0), Buffer.from([0]), Buffer.from([0, 255, 92, 120, 0]), Buffer.alloc(70_000, 7)];
    const sizes = [0, 1, -1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 1_796_000_000_123, Number.MAX_SAFE_INTEGER];
    const rows = (shelf: string): Thing[] => [
      ...texts.map((note, i) => thing(shelf, `text ${i}`, { note })),
      ...texts.filter((text) => text !== '').map((text) => thing(shelf, text)),
      ...bodies.map((body, i) => thing(shelf, `bytes ${i}`, { body })),
      ...sizes.map((size, i) => thing(shelf, `int ${i}`, { size })),
      thing(shelf, 'nothing'),
    ];

    test.each([
      ['insert in a shared work', (given: Thing[]) => store.shared((tx) => tx.insert(things, given))],
      ['insert in an exclusive work', (given: Thing[]) => store.exclusive((tx) => tx.insert(things, given))],
      ['insertOrGet', (given: Thing[]) => store.shared((tx) => tx.insertOrGet(things, given))],
    ])('by %s', async (_, write) => {
      const shelf = freshShelf();
      const given = rows(shelf);
      await write(given);

      const found = await store.reader.find(
        byName,
        given.map((row) => [row.shelf, row.name]),
      );

      expect(found.map(([row]) => row)).toEqual(given);
      const [bytes] = found[given.findIndex((row) => row.name === 'bytes 0')] ?? [];
      expect(Buffer.isBuffer(bytes?.body)).toBe(true);
    });

    test('through a composed query', async () => {
      const shelf = freshShelf();
      const row = thing(shelf, 'a', { body: Buffer.from('b'), size: Number.MAX_SAFE_INTEGER, note: 'c' });
      await put(row);

      expect(await store.reader.query((sql) => sql('things').where({ shelf }))).toEqual([row]);
    });
  });

  describe('insert', () => {
    test.each(MODES)('of a key that is there refuses the whole %s work', async (mode) => {
      const shelf = freshShelf();
      await put(thing(shelf, 'taken'));

      const work = store[mode]((tx) => tx.insert(things, [thing(shelf, 'new'), thing(shelf, 'taken')]));

      await expect(work).rejects.toMatchObject({ kind: 'conflict', code: 'already_exists' });
      expect(await namesOn(shelf)).toEqual(['taken']);
    });

    test.each(MODES)('with skip leaves the row that is there and adds the others (%s)', async (mode) => {
      const shelf = freshShelf();
      await put(thing(shelf, 'taken', { note: 'first' }));

      await store[mode]((tx) =>
        tx.insert(things, [thing(shelf, 'taken', { note: 'second' }), thing(shelf, 'new')], 'skip'),
      );

      expect(await store.reader.query((sql) => sql('things').where({ shelf }).orderBy('name'))).toMatchObject([
        { name: 'new' },
        { name: 'taken', note: 'first' },
      ]);
    });

    test.each(MODES)('tells of a duplicate without its values (%s)', async (mode) => {
      const shelf = `secret-${freshShelf()}`;
      const row = thing(shelf, 'secret-name', { note: 'secret-note' });
      await put(row);

      const error: unknown = await store[mode]((tx) => tx.insert(things, [row])).catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ code: 'already_exists' });
      const cause = (error as Error).cause as Error;
      const told = [error, cause].flatMap((part) => [inspect(part, { depth: 9, showHidden: true }), String(part)]);
      told.push((error as Error).stack ?? '', cause.stack ?? '', JSON.stringify(error), JSON.stringify(cause));
      expect(told.join('\n')).not.toMatch(/secret/);
    });
  });

  describe('insertOrGet', () => {
    test.each(MODES)('returns, in order, the row that stands for each key (%s)', async (mode) => {
      const shelf = freshShelf();
      await put(thing(shelf, 'b', { note: 'was there' }));
      const wanted = [thing(shelf, 'c', { note: 'new' }), thing(shelf, 'b', { note: 'late' }), thing(shelf, 'a')];

      const standing = await store[mode]((tx) => tx.insertOrGet(things, wanted));

      expect(standing.map((row) => [row.name, row.note])).toEqual([
        ['c', 'new'],
        ['b', 'was there'],
        ['a', null],
      ]);
      expect(await namesOn(shelf)).toEqual(['a', 'b', 'c']);
    });

    test.each(MODES)('lets the first of two rows with one key stand, in one batch (%s)', async (mode) => {
      const shelf = freshShelf();
      const wanted = [thing(shelf, 'a', { size: 1 }), thing(shelf, 'a', { size: 2 }), thing(shelf, 'a', { size: 3 })];

      const standing = await store[mode]((tx) => tx.insertOrGet(things, wanted));

      expect(standing.map((row) => row.size)).toEqual([1, 1, 1]);
    });

    test('gives works that bring one key at once the same row, which is the one stored', async () => {
      const shelf = freshShelf();
      const bring = (i: number) => [thing(shelf, 'a', { size: i }), thing(shelf, `own ${i}`)];

      const standing = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          (i % 5 === 0 ? store.exclusive : store.shared).call(store, (tx: RecordTx) =>
            tx.insertOrGet(things, bring(i)),
          ),
        ),
      );

      const winners = new Set((standing as Thing[][]).map(([row]) => row?.size));
      const [[stored] = []] = await store.reader.find(byName, [[shelf, 'a']]);
      expect([...winners]).toEqual([stored?.size]);
      expect(await namesOn(shelf)).toHaveLength(31);
    });
  });

  describe('remove', () => {
    test.each(MODES)('removes the rows of each key and no other (%s)', async (mode) => {
      const [one, two, three] = [freshShelf(), freshShelf(), freshShelf()];
      await put(thing(one, 'a'), thing(one, 'b'), thing(two, 'a'), thing(three, 'a'), thing(three, 'b'));

      await store[mode](async (tx) => {
        await tx.remove(things, ['shelf'], [[one], ['nowhere']]);
        await tx.remove(
          things,
          ['shelf', 'name'],
          [
            [three, 'b'],
            [three, 'z'],
            [three, 'b'],
          ],
        );
        await tx.remove(things, ['shelf'], []);
      });

      expect([await namesOn(one), await namesOn(two), await namesOn(three)]).toEqual([[], ['a'], ['a']]);
    });
  });

  describe('a transaction', () => {
    test('changes rows in place only when it is exclusive, and says how many', async () => {
      const shelf = freshShelf();
      await put(thing(shelf, 'a'), thing(shelf, 'b'));
      const update = (sql: Knex) => sql('things').where({ shelf }).update({ size: 7 });

      await expect(store.shared((tx) => tx.execute(update))).rejects.toMatchObject({ code: 'internal_error' });
      const untouched = (await store.reader.find(byShelf, [[shelf]])).flat();
      const changed = await store.exclusive((tx) => tx.execute(update));

      expect(untouched.map((row) => row.size)).toEqual([null, null]);
      expect(changed).toBe(2);
    });

    test('that changes in place is refused when it is shared, also where a neighbour makes the group run again', async () => {
      const shelf = freshShelf();
      await put(thing(shelf, 'a'));

      const [changing, duplicate] = await Promise.allSettled([
        store.shared((tx) => tx.execute((sql) => sql('things').where({ shelf }).update({ size: 7 }))),
        store.shared((tx) => tx.insert(things, [thing(shelf, 'a')])),
      ]);

      expect(changing).toMatchObject({ status: 'rejected', reason: { code: 'internal_error' } });
      expect(duplicate).toMatchObject({ status: 'rejected', reason: { code: 'already_exists' } });
      expect((await store.reader.find(byShelf, [[shelf]])).flat()).toMatchObject([{ size: null }]);
    });

    const reads: [string, (tx: RecordTx) => Promise<unknown>][] = [
      ['find', (tx) => tx.find(byShelf, [['a']])],
      ['query', (tx) => tx.query((sql) => sql('things').limit(1))],
      ['insertOrGet', (tx) => tx.insertOrGet(things, [thing('reads', 'a')])],
    ];
    test.each(reads)('that is shared may not %s after its first write', async (_, read) => {
      const shelf = freshShelf();
      const inserted = store.shared(async (tx) => {
        await tx.insert(things, [thing(shelf, 'a')]);
        return read(tx);
      });
      const removed = store.shared(async (tx) => {
        await tx.remove(things, ['shelf'], [[shelf]]);
        return read(tx);
      });

      await expect(inserted).rejects.toMatchObject({ code: 'internal_error' });
      await expect(removed).rejects.toMatchObject({ code: 'internal_error' });
      expect(await namesOn(shelf)).toEqual([]);
    });

    test('that is exclusive reads what it wrote, and nobody else does before the commit', async () => {
      const shelf = freshShelf();

      const seen = await store.exclusive(async (tx) => {
        await tx.insert(things, [thing(shelf, 'a')]);
        const [inside = []] = await tx.find(byShelf, [[shelf]]);
        return [inside.length, await namesOn(shelf)];
      });

      expect(seen).toEqual([1, []]);
      expect(await namesOn(shelf)).toEqual(['a']);
    });

    const uses: [string, (tx: RecordTx, shelf: string) => Promise<unknown>][] = [
      ['find', (tx) => tx.find(byShelf, [['a']])],
      ['query', (tx) => tx.query((sql) => sql('things').limit(1))],
      ['insert', (tx, shelf) => tx.insert(things, [thing(shelf, 'late')])],
      ['insertOrGet', (tx, shelf) => tx.insertOrGet(things, [thing(shelf, 'late')])],
      ['remove', (tx, shelf) => tx.remove(things, ['shelf'], [[shelf]])],
    ];
    describe.each(MODES)('that is %s and has ended', (mode) => {
      test.each(uses)('refuses %s', async (_, use) => {
        const shelf = freshShelf();
        let leaked: RecordTx | undefined;
        await store[mode](async (tx) => {
          leaked = tx;
          await tx.insert(things, [thing(shelf, 'kept')]);
        });

        await expect((async () => use(leaked as RecordTx, shelf))()).rejects.toMatchObject({ code: 'internal_error' });
        expect(await namesOn(shelf)).toEqual(['kept']);
      });
    });

    test.each(MODES)('whose work throws leaves nothing, and its own error reaches its caller (%s)', async (mode) => {
      const shelf = freshShelf();
      await put(thing(shelf, 'there'));

      const failed = store[mode](async (tx) => {
        await tx.insert(things, [thing(shelf, 'new')]);
        await tx.remove(things, ['shelf', 'name'], [[shelf, 'there']]);
        throw new Stop();
      });

      await expect(failed).rejects.toBeInstanceOf(Stop);
      expect(await namesOn(shelf)).toEqual(['there']);
    });
  });

  describe('works side by side', () => {
    test('one duplicate among fifty harms none of the others', async () => {
      const shelf = freshShelf();
      await put(thing(shelf, 'n25'));

      const works = await Promise.allSettled(
        Array.from({ length: 50 }, (_, i) => store.shared((tx) => tx.insert(things, [thing(shelf, `n${i}`)]))),
      );

      const failed = works.flatMap((work, i) => (work.status === 'rejected' ? [[i, work.reason.code]] : []));
      expect(failed).toEqual([[25, 'already_exists']]);
      expect(await namesOn(shelf)).toHaveLength(50);
    });

    test('two that bring one new key: one stands, one is told, neither loses its other rows to the other', async () => {
      const shelf = freshShelf();
      const bring = (i: number) =>
        store.shared((tx) => tx.insert(things, [thing(shelf, 'same', { size: i }), thing(shelf, `own ${i}`)]));

      const works = await Promise.allSettled([bring(0), bring(1)]);

      expect(works.map((work) => work.status).sort()).toEqual(['fulfilled', 'rejected']);
      const winner = works.findIndex((work) => work.status === 'fulfilled');
      const [rows = []] = await store.reader.find(byShelf, [[shelf]]);
      expect(rows.map((row) => row.name)).toEqual([`own ${winner}`, 'same']);
      expect(rows[1]?.size).toBe(winner);
    });

    test('one that throws after writing, and one whose statement is no SQL, harm none of the others', async () => {
      const shelf = freshShelf();

      const works = await Promise.allSettled(
        Array.from({ length: 50 }, (_, i) =>
          store.shared(async (tx) => {
            if (i === 10) await tx.query((sql) => sql('no_such_table'));
            await tx.insert(things, [thing(shelf, `n${i}`)]);
            if (i === 20) throw new Stop();
          }),
        ),
      );

      const failed = works.flatMap((work, i) => (work.status === 'rejected' ? [[i, work.reason.code]] : []));
      expect(failed).toEqual([
        [10, 'internal_error'],
        [20, 'stop'],
      ]);
      expect(await namesOn(shelf)).toHaveLength(48);
    });

    test.each([1, 10])(
      'no promise resolves for rows that are not there, though a work swallows a failed statement (%i at once)',
      async (count) => {
        const shelf = freshShelf();

        const works = await Promise.allSettled(
          Array.from({ length: count }, (_, i) =>
            store.shared(async (tx) => {
              if (i === 0) await tx.query((sql) => sql('no_such_table')).catch(() => {});
              await tx.insert(things, [thing(shelf, `n${i}`)]);
            }),
          ),
        );

        const told = works.flatMap((work, i) => (work.status === 'fulfilled' ? [`n${i}`] : []));
        expect(told.slice(-(count - 1) || count)).toEqual(works.slice(1).map((_, i) => `n${i + 1}`));
        expect(await namesOn(shelf)).toEqual(told.sort());
      },
    );

    test.each(MODES)(
      'a statement that is no SQL is a defect of the vault, not an outage, wherever it stands (%s)',
      async (mode) => {
        const shelf = freshShelf();
        const works = [
          store[mode]((tx) => tx.query((sql) => sql('no_such_table'))),
          store[mode](async (tx) => {
            await tx.insertOrGet(things, [thing(shelf, 'a')]);
            await tx.query((sql) => sql('no_such_table'));
          }),
        ];
        for (const work of await Promise.allSettled(works)) {
          expect(work).toMatchObject({ status: 'rejected', reason: { kind: 'internal', code: 'internal_error' } });
        }

        const alone = store[mode](async (tx) => {
          await tx.insertOrGet(things, [thing(shelf, 'a')]);
          await tx.query((sql) => sql('no_such_table'));
        });
        await expect(alone).rejects.toMatchObject({ kind: 'internal', code: 'internal_error' });
        await expect(store.reader.query((sql) => sql('no_such_table'))).rejects.toMatchObject({
          code: 'internal_error',
        });
      },
    );

    test('two hundred that read and write are all stored, each with its own answer', async () => {
      const shelf = freshShelf();
      await put(...Array.from({ length: 200 }, (_, i) => thing(shelf, `seed ${i}`, { size: i })));

      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          store.shared(async (tx) => {
            const [[seed] = []] = await tx.find(byName, [[shelf, `seed ${i}`]]);
            const [standing] = await tx.insertOrGet(things, [thing(shelf, `got ${i}`, { size: i })]);
            await tx.insert(things, [thing(shelf, `new ${i}`, { size: seed?.size ?? -1 })]);
            return [seed?.size, standing?.size];
          }),
        ),
      );

      expect(answers).toEqual(answers.map((_, i) => [i, i]));
      const stored = await store.reader.find(
        byName,
        answers.map((_, i) => [shelf, `new ${i}`]),
      );
      expect(stored.map(([row]) => row?.size)).toEqual(answers.map((_, i) => i));
    });

    test('exclusive works that add to one row lose none of it', async () => {
      const shelf = freshShelf();
      await put(thing(shelf, 'sum', { size: 0 }));

      await Promise.all(
        Array.from({ length: 40 }, () =>
          store.exclusive((tx) => tx.execute((sql) => sql('things').where({ shelf }).increment('size', 1))),
        ),
      );

      expect((await store.reader.find(byName, [[shelf, 'sum']])).flat()).toMatchObject([{ size: 40 }]);
    });
  });

  test('more works than it can hold are refused at once as overloaded; those it took are done', async () => {
    const shelf = freshShelf();
    const works = Array.from({ length: MAX_WAITING + 500 }, (_, i) =>
      store.shared((tx) => (i % 1_000 === 0 ? tx.insert(things, [thing(shelf, `n${i}`)]) : Promise.resolve())),
    );

    const settled = await Promise.allSettled(works);

    const refused = settled.flatMap((work) => (work.status === 'rejected' ? [work.reason] : []));
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(500);
    for (const error of refused) expect(error).toMatchObject({ kind: 'unavailable', code: 'overloaded' });
    const taken = settled.flatMap((work, i) => (work.status === 'fulfilled' && i % 1_000 === 0 ? [`n${i}`] : []));
    expect(await namesOn(shelf)).toEqual(taken.sort());
    await expect(put(thing(shelf, 'later'))).resolves.toBeUndefined();
  });

  test('answers a ping', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });
});

describe.each(ENGINES)('closing a store on %s', (engine) => {
  test('finishes what was accepted and refuses what comes after', async () => {
    const { store, stores } = await openWithThings(engine);
    const accepted = [
      ...Array.from({ length: 20 }, (_, i) => store.shared((tx) => tx.insert(things, [thing('s', `n${i}`)]))),
      store.exclusive((tx) => tx.insert(things, [thing('s', 'last')])),
    ];

    const closing = store.close();
    const late = MODES.map((mode) => store[mode]((tx) => tx.insert(things, [thing('s', 'late')])));

    for (const work of late) await expect(work).rejects.toMatchObject({ code: 'shutting_down' });
    await Promise.all(accepted);
    await closing;
    expect(await tell(stores.recordStoreUrl, 'SELECT count(*) AS n FROM things')).toMatchObject([
      { n: expect.anything() },
    ]);
    const [counted] = await tell<{ n: unknown }>(stores.recordStoreUrl, 'SELECT count(*) AS n FROM things');
    expect(Number(counted?.n)).toBe(21);
    await stores.drop();
  });
});

class Stop extends VaultError {
  override readonly code = 'stop' as never;

  constructor() {
    super('concurrent_change', 'stop');
  }
}
