/** A tenant's catalogue: versions, lesser forms, and how fresh it is. */
import { describe, expect, test } from 'vitest';
import { Catalogue, KEPT_MS } from '../../src/catalogue/catalogue.ts';
import { type CustomTypeRow, definitionOf } from '../../src/catalogue/store.ts';
import type { TenantId } from '../../src/ids.ts';
import { definition, RECEIPT } from '../datatypes/definitions.ts';
import { stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { desk, shelfOf } from './shelf.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let tenants = 0;
  const freshTenant = () => `ten_${tenants++}` as TenantId;

  /** A catalogue of its own, as another node has one, that counts what it reads. */
  const watched = () => {
    const { reader } = here.vault.recordStore;
    const seen = { reads: 0, failing: false };
    const counting = withParts(reader, {
      find: ((...args: Parameters<typeof reader.find>) => {
        if (args[0].table.name === 'custom_types') seen.reads += 1;
        return seen.failing ? Promise.reject(new Error('away')) : reader.find(...args);
      }) as typeof reader.find,
    });
    return { ...shelfOf(here.vault, counting), seen };
  };

  describe('a type of the house', () => {
    test('is every tenant’s, as it is', async () => {
      const { catalogue } = shelfOf(here.vault);
      const email = await catalogue.type(freshTenant(), 'email');
      expect(email).toMatchObject({ type: { name: 'email', version: 1 }, keep: undefined, earlier: [] });
      expect(await catalogue.stored(freshTenant(), 'email', 1)).toBe(email.type);
      const never = catalogue.stored(freshTenant(), 'email', 2);
      await expect(never).rejects.toMatchObject({ code: 'integrity_failure' });
    });

    test.each(['nothing', 'x_nothing', '__proto__', 'constructor', '', 7, undefined, null])(
      '%o is none',
      async (name) => {
        const { catalogue } = shelfOf(here.vault);
        await expect(catalogue.type(freshTenant(), name)).rejects.toMatchObject({ code: 'unknown_type' });
      },
    );

    test('is kept in a lesser form if the tenant says so, until it says otherwise', async () => {
      const { catalogue, setKeep } = shelfOf(here.vault);
      const [tenant, other] = [freshTenant(), freshTenant()];

      await setKeep(tenant, 'desk', 'floor');
      const { keep } = await catalogue.type(tenant, 'desk');
      expect(keep).toMatchObject({ name: 'floor', spread: 'none' });
      expect(keep?.cut({ floor: 3, seat: 'B12' })).toEqual({ floor: 3, seat: '' });
      expect((await catalogue.type(other, 'desk')).keep).toBeUndefined();
      const line = (await catalogue.list(tenant)).find(({ type }) => type.name === 'desk');
      expect(line).toMatchObject({ keep: 'floor', definition: undefined });

      await setKeep(tenant, 'desk', null);
      expect((await catalogue.type(tenant, 'desk')).keep).toBeUndefined();
      await setKeep(tenant, 'desk', 'floor');
      expect((await catalogue.type(tenant, 'desk')).keep?.name).toBe('floor');
    });

    test('is kept in no form that it does not offer', async () => {
      const { setKeep } = shelfOf(here.vault);
      const tenant = freshTenant();
      for (const [name, keep] of [
        ['desk', 'seat'],
        ['desk', '__proto__'],
        ['desk', ''],
        ['email', 'domain'],
      ] as const) {
        await expect(setKeep(tenant, name, keep)).rejects.toMatchObject({ code: 'unknown_keep', field: 'keep' });
      }
      await expect(setKeep(tenant, 'nothing', null)).rejects.toMatchObject({ code: 'unknown_type' });
      await expect(setKeep(tenant, 'email', null)).resolves.toBeUndefined();
      expect(await tell(here.home.recordStoreUrl, `SELECT * FROM type_settings WHERE tenant = '${tenant}'`)).toEqual(
        [],
      );
    });

    test('of which the tenant keeps a form that only a later release knows is not stored, but still read', async () => {
      const tenant = freshTenant();
      await shelfOf(here.vault).setKeep(tenant, 'desk', 'floor');
      const { vault } = here;
      const { keeps: _, ...plainDesk } = desk;
      const older = new Catalogue(vault.recordStore.reader, vault.keyring.indexes, vault.clock, [plainDesk]);
      await expect(older.type(tenant, 'desk')).rejects.toMatchObject({ code: 'unknown_keep' });
      expect(await older.stored(tenant, 'desk', 1)).toBe(plainDesk);
    });
  });

  describe('a type of a tenant’s own', () => {
    test('is the tenant’s alone, and stands after those of the house', async () => {
      const { catalogue, declare } = shelfOf(here.vault);
      const [tenant, other] = [freshTenant(), freshTenant()];
      expect(await declare(tenant, definition({}, RECEIPT), definition())).toEqual([1, 1]);

      const names = (await catalogue.list(tenant)).map(({ type }) => type.name);
      expect(names.slice(-3)).toEqual(['desk', 'x_receipt', 'x_staff_badge']);
      expect((await catalogue.list(tenant)).at(-1)).toMatchObject({ definition: definition(), keep: undefined });
      expect((await catalogue.type(tenant, 'x_staff_badge')).type).toMatchObject({ version: 1, spread: 'unique' });
      await expect(catalogue.type(other, 'x_staff_badge')).rejects.toMatchObject({ code: 'unknown_type' });
      await expect(catalogue.stored(other, 'x_staff_badge', 1)).rejects.toMatchObject({ code: 'integrity_failure' });
    });

    test('declared again as it stands is no new version', async () => {
      const { declare } = shelfOf(here.vault);
      const tenant = freshTenant();
      const changed = definition({ description: 'Another sentence.' });
      expect(await declare(tenant, definition(), definition(), changed, changed)).toEqual([1, 1, 2, 2]);
      // To go back to what was is a change like any other.
      expect(await declare(tenant, definition())).toEqual([3]);
      expect(
        await tell(here.home.recordStoreUrl, `SELECT * FROM custom_types WHERE tenant = '${tenant}'`),
      ).toHaveLength(3);
    });

    test('is read by the version a value was stored under, and shown by the views of the newest', async () => {
      const { catalogue, declare } = shelfOf(here.vault);
      const tenant = freshTenant();
      await declare(
        tenant,
        definition(),
        definition({ pattern: '[a-z]+', normalise: ['lower'], examples: ['abc'], views: { masked: '***' } }),
      );

      const first = await catalogue.stored(tenant, 'x_staff_badge', 1);
      const now = here.now();
      expect(first.version).toBe(1);
      expect(first.parse('ab 123456', { now })).toBe('AB123456');
      expect(Object.keys(first.views)).toEqual(['masked']);
      expect(first.views.masked('AB123456')).toBe('***');
      const newest = await catalogue.stored(tenant, 'x_staff_badge', 2);
      expect(newest.parse('ABC', { now })).toBe('abc');
      for (const never of [0, 3, -1, 1.5]) {
        await expect(catalogue.stored(tenant, 'x_staff_badge', never)).rejects.toMatchObject({
          code: 'integrity_failure',
        });
      }
    });

    test('is looked for under earlier versions, too, as far as they were searchable', async () => {
      const { catalogue, declare } = shelfOf(here.vault);
      const tenant = freshTenant();
      await declare(
        tenant,
        definition({ spread: 'shared' }),
        definition({ spread: 'none', distinct: undefined }),
        definition({ compare: ['ignore_case'] }),
        definition({ compare: ['ignore_separators'] }),
      );
      const { type, earlier } = await catalogue.type(tenant, 'x_staff_badge');
      expect(type.version).toBe(4);
      expect(earlier.map(({ version, spread }) => [version, spread])).toEqual([
        [3, 'unique'],
        [1, 'shared'],
      ]);
    });

    test('keeps its base', async () => {
      const { declare } = shelfOf(here.vault);
      const tenant = freshTenant();
      await declare(tenant, definition());
      const asDocument = definition({ name: 'x_staff_badge' }, RECEIPT);
      await expect(declare(tenant, asDocument)).rejects.toMatchObject({ kind: 'conflict', code: 'type_base_fixed' });
    });

    test('offers no lesser form', async () => {
      const { declare, setKeep } = shelfOf(here.vault);
      const tenant = freshTenant();
      await declare(tenant, definition());
      await expect(setKeep(tenant, 'x_staff_badge', 'front')).rejects.toMatchObject({ code: 'unknown_keep' });
      await expect(setKeep(tenant, 'x_staff_badge', null)).resolves.toBeUndefined();
    });

    test('that is not sound is not declared', async () => {
      const { declare, catalogue } = shelfOf(here.vault);
      const tenant = freshTenant();
      await expect(declare(tenant, definition({ distinct: 4_095 }))).rejects.toMatchObject({
        code: 'low_entropy_index',
      });
      await expect(declare(tenant, definition({ pattern: '(' }))).rejects.toMatchObject({ code: 'invalid_definition' });
      await expect(catalogue.type(tenant, 'x_staff_badge')).rejects.toMatchObject({ code: 'unknown_type' });
    });

    test('has at most 100 versions, and a tenant at most 200 types', async () => {
      const { declare } = shelfOf(here.vault);
      const tenant = freshTenant();
      const version = (i: number) => definition({ description: `Number ${i}.` });
      const type = (i: number) => definition({ name: `x_${i}` });
      expect((await declare(tenant, ...Array.from({ length: 100 }, (_, i) => version(i)))).at(-1)).toBe(100);
      await expect(declare(tenant, version(100))).rejects.toMatchObject({
        kind: 'conflict',
        code: 'too_many_versions',
      });
      expect(await declare(tenant, version(99))).toEqual([100]);

      await declare(tenant, ...Array.from({ length: 199 }, (_, i) => type(i)));
      await expect(declare(tenant, type(199))).rejects.toMatchObject({ kind: 'conflict', code: 'too_many_types' });
      expect(await declare(tenant, definition({ name: 'x_0', description: 'Another.' }))).toEqual([2]);
    }, 60_000);

    test('declared twice at once is declared once; two versions at once are one, and the other is told', async () => {
      const { declare } = shelfOf(here.vault);
      const tenant = freshTenant();
      expect(await Promise.all([1, 2, 3].map(() => declare(tenant, definition())))).toEqual([[1], [1], [1]]);
      const changes = await Promise.allSettled([2, 3].map((i) => declare(tenant, definition({ description: `${i}` }))));
      for (const change of changes) {
        if (change.status === 'rejected') expect(change.reason).toMatchObject({ code: 'already_exists' });
      }
      const rows = await tell(here.home.recordStoreUrl, `SELECT version FROM custom_types WHERE tenant = '${tenant}'`);
      expect(rows).toHaveLength(1 + changes.filter(({ status }) => status === 'fulfilled').length);
    });
  });

  describe('what is read', () => {
    test('is read once in five seconds, however many ask', async () => {
      const { catalogue, seen } = watched();
      const tenant = freshTenant();
      await Promise.all([1, 2, 3].map(() => catalogue.type(tenant, 'email')));
      for (const ms of [1, KEPT_MS - 2]) {
        here.advance(ms);
        await catalogue.type(tenant, 'email');
        await catalogue.stored(tenant, 'email', 1);
        await catalogue.list(tenant);
      }
      expect(seen.reads).toBe(1);

      here.advance(1);
      await Promise.all([1, 2, 3].map(() => catalogue.type(tenant, 'email')));
      expect(seen.reads).toBe(2);
      await catalogue.type(freshTenant(), 'email');
      expect(seen.reads).toBe(3);
    });

    test('is followed by another node within five seconds', async () => {
      const [one, two] = [watched(), watched()];
      const tenant = freshTenant();
      await expect(two.catalogue.type(tenant, 'x_staff_badge')).rejects.toMatchObject({ code: 'unknown_type' });
      await one.declare(tenant, definition());
      await one.setKeep(tenant, 'desk', 'floor');
      expect((await one.catalogue.type(tenant, 'x_staff_badge')).type.version).toBe(1);

      here.advance(KEPT_MS);
      expect((await two.catalogue.type(tenant, 'x_staff_badge')).type.version).toBe(1);
      expect((await two.catalogue.type(tenant, 'desk')).keep?.name).toBe('floor');
    });

    test('is read again at once for a stored version that another node has just declared, and only then', async () => {
      const [one, two] = [watched(), watched()];
      const tenant = freshTenant();
      await one.declare(tenant, definition());
      await two.catalogue.list(tenant);
      await one.declare(tenant, definition({ views: { masked: '***' } }));

      expect((await two.catalogue.stored(tenant, 'x_staff_badge', 2)).version).toBe(2);
      expect(two.seen.reads).toBe(2);
      expect((await two.catalogue.stored(tenant, 'x_staff_badge', 1)).views.masked('AB123456')).toBe('***');
      expect(two.seen.reads).toBe(2);
      await expect(two.catalogue.stored(tenant, 'x_staff_badge', 3)).rejects.toMatchObject({
        code: 'integrity_failure',
      });
      expect(two.seen.reads).toBe(3);
    });

    test('is asked for again where reading it failed', async () => {
      const { catalogue, seen } = watched();
      const tenant = freshTenant();
      seen.failing = true;
      await expect(catalogue.type(tenant, 'email')).rejects.toThrow('away');
      seen.failing = false;
      expect((await catalogue.type(tenant, 'email')).type.name).toBe('email');
      expect(seen.reads).toBe(2);
    });

    test('is what stands after a change of this process, although it was being read before', async () => {
      const { catalogue, declare } = watched();
      const tenant = freshTenant();
      const early = catalogue.list(tenant);
      await declare(tenant, definition());
      await early;
      expect((await catalogue.type(tenant, 'x_staff_badge')).type.version).toBe(1);
    });
  });
});

test('a view of a document that was declared as an object with a pointer is read as the pointer', () => {
  const views = { masked: '***', total: { pointer: '/total' } };
  const row = { definition: JSON.stringify({ ...RECEIPT, views }) } as CustomTypeRow;

  expect(definitionOf(row)).toEqual({ ...RECEIPT, views: { masked: '***', total: '/total' } });
});
