/** What search tells, to whom: a reader of the key store, a caller tied to an audience, whoever holds a cursor. */
import { describe, expect, test } from 'vitest';
import { ENGINES, type Engine } from '../support/stores.ts';
import { openTestVault, PURPOSES, type TestVault } from '../support/vault.ts';
import { expectAlarm, handOn } from './hand.ts';

const PEOPLE = 300;
/** Twelve bits at the default number of records planned for. */
const SHORT_BYTES = 2;

const person = (i: number) => [
  { type: 'name', value: { given: 'Ida', family: `Kvist-${i}` }, subject: `cust_${i}` },
  { type: 'date_of_birth', value: new Date(Date.UTC(1950, 0, i)).toISOString().slice(0, 10), subject: `cust_${i}` },
];
async function town(engine: Engine): Promise<TestVault> {
  const vault = await openTestVault({ engine });
  await vault.as('app').tokenize(...Array.from({ length: PEOPLE }, (_, i) => person(i)).flat());
  return vault;
}

describe.each(ENGINES)('on %s', (engine) => {
  test('of values that many share, an index entry is so short that it names no value', async () => {
    const vault = await town(engine);
    const keys = handOn(vault.vault.keyStore);
    for (const name of ['name', 'name.family', 'date_of_birth']) {
      const rows = await keys.rows('blind_indexes', { name });
      expect(rows).toHaveLength(PEOPLE);
      for (const { mac } of rows) expect((mac as Buffer).length).toBe(SHORT_BYTES);
    }
  });

  test('entries made longer, shorter or another’s in the database find nothing that is not asked for', async () => {
    const vault = await town(engine);
    const keys = handOn(vault.vault.keyStore);
    const ask = async (i: number) =>
      (
        await vault.as('app').call('post', '/v1/search', {
          ...{ type: 'name', part: 'family', value: `Kvist-${i}`, purpose: 'billing' },
        })
      ).body.results.map(({ subject }: { subject: string }) => subject).length;
    // In the order they were stored.
    const rows = await keys.rows('blind_indexes', { name: 'name.family' });
    const [row, other] = rows.sort((a, b) => (String(a.record) < String(b.record) ? -1 : 1));
    expect([await ask(0), await ask(1)]).toEqual([1, 1]);

    await keys.change(
      'blind_indexes',
      { name: 'name.family', record: row?.record as string },
      { mac: other?.mac as Buffer },
    );
    expect([await ask(0), await ask(1)]).toEqual([0, 1]);
    const longer = Buffer.concat([row?.mac as Buffer, Buffer.alloc(14)]);
    await keys.change('blind_indexes', { name: 'name.family', record: row?.record as string }, { mac: longer });
    expect([await ask(0), await ask(1)]).toEqual([0, 1]);
  });

  test('an index whose length was edited raises the alarm, before it is used to find or to store', async () => {
    const old = await town(engine);
    await handOn(old.vault.keyStore).change('index_keys', { name: 'name.family' }, { bits: 128 });
    const { apiKey } = old.as('app');
    const vault = await old.reopen();
    const app = vault.withKey(apiKey);
    const query = { type: 'name', part: 'family', value: 'Kvist-1', purpose: 'billing' };
    await expectAlarm(vault, () => app.call('post', '/v1/search', query), { secrets: ['Kvist'] });
    await expectAlarm(vault, () => app.call('post', '/v1/tokenize', { items: person(PEOPLE) }), { secrets: ['Kvist'] });
  });

  test('a caller tied to an audience learns nothing by search of values that it has no token of', async () => {
    const vault = await town(engine);
    const { body } = await vault.admin.call('post', '/v1/principals', {
      ...{ name: 'shop', role: 'app', purposes: PURPOSES, audience: 'shop' },
    });
    const shop = vault.withKey(body.apiKey);
    const [token] = await vault.as('app').tokenize({ ...person(7)[0], audience: 'shop' } as never);
    const ask = async (and: object[] = []) =>
      (
        await shop.call('post', '/v1/search', {
          ...{ type: 'name', part: 'family', value: 'Kvist-7', and, purpose: 'billing' },
        })
      ).body;

    expect(await ask()).toEqual({ results: [{ token: token?.token, masked: 'I*** K***' }] });
    const birthday = person(7)[1]?.value;
    expect(await ask([{ type: 'date_of_birth', value: birthday }])).toEqual({ results: [] });
    expect(await ask([{ type: 'date_of_birth', value: '1949-01-01' }])).toEqual({ results: [] });
  });

  test('limit: whoever may search can try guesses of what a person has, each with an audit entry', async () => {
    const vault = await town(engine);
    const before = (await vault.auditEntries()).filter(({ action }) => action === 'search').length;
    const year = Array.from({ length: 12 }, (_, i) => new Date(Date.UTC(1950, 0, i)).toISOString().slice(0, 10));
    const right: string[] = [];
    for (const value of year) {
      const reply = await vault.as('support').call('post', '/v1/search', {
        ...{ type: 'name', part: 'family', value: 'Kvist-7', purpose: 'support' },
        and: [{ type: 'date_of_birth', value }],
      });
      if (reply.body.results.length > 0) right.push(value);
    }
    expect(right).toEqual([person(7)[1]?.value]);
    const after = (await vault.auditEntries()).filter(({ action }) => action === 'search');
    expect(after.length - before).toBe(year.length);
  });
});
