/** A search beside corrections and erasures of what it looks for. */
import { describe, expect, test } from 'vitest';
import type { RecordId } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { search } from '../../src/operations/values/search.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { stage, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { findAll, storeAll } from './world.ts';

/** Some turns of the event loop, another number for each place in each round. */
async function turns(round: number, place: number): Promise<void> {
  for (let i = (round * 7 + place * 5) % 11; i > 0; i -= 1) await new Promise((resume) => setImmediate(resume));
}

/** The same vault, in which `work` runs when keys of values that were read are asked for the first, or the second, time. */
function beforeOpening(vault: Vault, time: number, work: () => Promise<unknown>): Vault {
  const { records } = vault.keyring;
  let asked = 0;
  const watched = withParts(records, {
    async findEach(reader, tenant, places) {
      asked += 1;
      if (asked === time) await work();
      return records.findEach(reader, tenant, places);
    },
  });
  return { ...vault, keyring: { ...vault.keyring, records: watched } };
}

const person = (family: string, subject: string) => [
  { type: 'name', value: { given: 'Mo', family }, subject },
  { type: 'date_of_birth', value: '1991-05-06', subject },
];
const asking = (family: string) => ({
  ...{ type: 'name', part: 'family', value: family },
  and: [{ type: 'date_of_birth', value: '1991-05-06' }],
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine, { plannedRecords: 64 });

  test('searching while others correct and erase never fails, and shows nothing that was gone before it began', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 10; round += 1) {
      const family = `Rush-${round}`;
      const people = Array.from({ length: 12 }, (_, i) => person(family, `${family}-${i}`)).flat();
      const stored = await storeAll(here.vault, app, people);
      const [names, births] = [stored.filter((_, i) => i % 2 === 0), stored.filter((_, i) => i % 2 === 1)];
      const gone = new Set<string>();
      const over = (record: RecordId) => void gone.add(record);
      const changes = names.slice(0, 9).map(async ({ record }, place) => {
        await turns(round, place);
        const birth = births[place]?.record as RecordId;
        if (place % 3 === 0) await erase(here.vault, app, { records: [record] });
        else if (place % 3 === 1) await correct(here.vault, app, { record, value: { given: 'Mo', family: 'Else' } });
        else await correct(here.vault, app, { record: birth, value: '1991-05-07' });
        over(record);
      });
      const searches = Array.from({ length: 12 }, async (_, place) => {
        await turns(round, place + 3);
        const before = new Set(gone);
        const query = place % 2 === 0 ? asking(family) : { type: 'name', part: 'family', value: family };
        const { results } = await search(here.vault, app, { ...query, purpose: 'billing' });
        const records = results.map(({ record }) => record as string);
        // A corrected birthday leaves the name as it is.
        const kept = (record: string) => place % 2 === 1 && names.findIndex((one) => one.record === record) % 3 === 2;
        expect(records.filter((record) => before.has(record) && !kept(record))).toEqual([]);
        expect(names.slice(9).every(({ record }) => records.includes(record))).toBe(true);
      });

      await Promise.all([...changes, ...searches]);

      expect(await findAll(here.vault, app, asking(family))).toEqual(names.slice(9).map(({ record }) => record));
    }
  });
});

// SQLite lets nobody write between the reads of a search.
describe('on postgres', () => {
  const here = stage('postgres', { plannedRecords: 64 });

  test.each(['the first value', 'a further value'] as const)(
    '%s that is erased or corrected between its row and its key is shown as it is now, or not at all',
    async (which) => {
      const app = await here.as('app');
      const node = await here.home.open({ clock: here.now, plannedRecords: 64 });
      for (const [how, given, date] of [
        ['erased', undefined, undefined],
        ['corrected', { given: 'Mo', family: 'Else' }, '1991-05-07'],
        ['spelled otherwise', { given: 'Lo', family: 'between' }, ' 1991-05-06 '],
      ] as const) {
        const subject = `${which} ${how}`;
        const stored = await storeAll(here.vault, app, person('Between', subject));
        const [name, birth] = stored.map(({ record }) => record as RecordId) as [RecordId, RecordId];
        const target = which === 'the first value' ? name : birth;
        const value = which === 'the first value' ? given : date;
        const slow = beforeOpening(here.vault, which === 'the first value' ? 1 : 2, async () => {
          if (value === undefined) await erase(node, app, { records: [target] });
          else await correct(node, app, { record: target, value });
        });

        const { results } = await search(slow, app, { ...asking('Between'), purpose: 'billing' });

        const masked = which === 'the first value' ? 'L*** b***' : 'M*** B***';
        const wanted = how === 'spelled otherwise' ? [{ record: name, masked }] : [];
        expect(results.map(({ record, masked }) => ({ record, masked }))).toEqual(wanted);
        await erase(here.vault, app, { records: [name, birth].filter((one) => value !== undefined || one !== target) });
      }
    },
  );
});
