/** Erasure as its callers see it, and as the stores show it afterwards. */
import { describe, expect, test } from 'vitest';
import type { EraseRequest } from '../../src/erasure/schema.ts';
import { type ErasureId, newToken, type RecordId, type SubjectId, type Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { getErasure } from '../../src/operations/erasures/get-erasure.ts';
import { getSubject } from '../../src/operations/subjects/get-subject.ts';
import { resolveSubject } from '../../src/operations/subjects/resolve-subject.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { refuseInserts, stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (...items: TokenizeItem[]) =>
    (await tokenize(here.vault, await here.as('app'), { items })).results;
  const emails = (count: number, subject?: string): TokenizeItem[] =>
    Array.from({ length: count }, (_, i) => ({
      ...{ type: 'email', value: `e${i}@example.com` },
      ...(subject === undefined ? {} : { subject }),
    }));
  const order = async (body: EraseRequest) => erase(here.vault, await here.as('app'), body);
  const show = async (results: readonly Tokenized[]) => {
    const tokens = results.map(({ token }) => token);
    const reply = await detokenize(here.vault, await here.as('app'), { tokens, purpose: 'billing', view: 'plain' });
    return reply.results.map((result) => ('error' in result ? result.error.code : result.value));
  };
  const rows = (url: string, table: string, results: readonly Tokenized[]) =>
    tell(url, `SELECT * FROM ${table} WHERE record IN (${results.map(({ record }) => `'${record}'`).join(', ')})`);

  describe.each<[what: string, body: (results: readonly Tokenized[], subject: string) => EraseRequest]>([
    ['its tokens', (results) => ({ tokens: results.map(({ token }) => token) })],
    ['its records', (results) => ({ records: results.map(({ record }) => record) })],
    ['its subject', (results) => ({ subject: results[0]?.subject as SubjectId })],
    ['its ref', (_, subject) => ({ ref: subject })],
  ])('named by %s', (what, body) => {
    test('everything of it is gone from both stores, and nothing else is', async () => {
      const subject = `erase-${what}`;
      const [mine, others] = [
        await store(...emails(3, subject)),
        await store(...emails(2, `${subject}-2`), ...emails(1)),
      ];
      const buckets = await tell(
        here.home.keyStoreUrl,
        `SELECT DISTINCT bucket FROM record_keys WHERE record IN ('${mine.map(({ record }) => record).join("', '")}')`,
      );
      here.advance(1_000);

      const receipt = await order(body(mine, subject));

      const at = here.now().toISOString();
      const bySubject = what === 'its subject' || what === 'its ref';
      expect(receipt).toEqual({
        erasure: expect.stringMatching(/^ers_/),
        state: 'completed',
        records: 3,
        ...(bySubject ? { subject: mine[0]?.subject } : {}),
        ...{ orderedAt: at, shreddedAt: at, completedAt: at },
      });
      expect(await show(mine)).toEqual(Array(3).fill('record_erased'));
      expect(await show(others)).toEqual(['e0@example.com', 'e1@example.com', 'e0@example.com']);
      expect(await rows(here.home.recordStoreUrl, 'records', mine)).toEqual([]);
      for (const table of ['record_keys', 'blind_indexes']) {
        expect(await rows(here.home.keyStoreUrl, table, mine)).toEqual([]);
      }
      for (const url of [here.home.recordStoreUrl, here.home.keyStoreUrl]) {
        expect(await rows(url, 'tombstones', mine)).toHaveLength(3);
        expect(await rows(url, 'tombstones', others)).toEqual([]);
      }
      const dirty = await tell(here.home.keyStoreUrl, 'SELECT bucket FROM buckets WHERE dirty_at IS NOT NULL');
      expect(dirty).toEqual(expect.arrayContaining(buckets));
      expect(await getErasure(here.vault, await here.as('app'), { erasure: receipt.erasure })).toEqual(receipt);
      const app = await here.as('app');
      await expect(describeToken(here.vault, app, { token: mine[0]?.token as Token })).rejects.toMatchObject({
        code: 'record_erased',
      });
    });
  });

  test('an erased subject is gone with its ref, whichever way it was named', async () => {
    const app = await here.as('app');
    for (const [ref, name] of [
      ['gone-1', 'ref'],
      ['gone-2', 'subject'],
    ] as const) {
      const [stored] = await store(...emails(1, ref));
      const subject = stored?.subject as SubjectId;
      await order(name === 'ref' ? { ref } : { subject });

      await expect(resolveSubject(here.vault, app, { ref })).rejects.toMatchObject({
        code: 'subject_not_found',
        field: 'ref',
      });
      await expect(getSubject(here.vault, app, { subject, limit: 1 })).rejects.toMatchObject({
        code: 'subject_erased',
      });
      await expect(order({ subject })).rejects.toMatchObject({ kind: 'gone', code: 'subject_erased' });
      await expect(order({ ref })).rejects.toMatchObject({ code: 'subject_not_found', field: 'ref' });
    }
  });

  test('records erased one by one leave their subject, which takes new ones', async () => {
    const [one, two] = await store(...emails(2, 'stays'));
    await order({ records: [one?.record as RecordId] });

    const [later] = await store(...emails(1, 'stays'));

    expect(later?.subject).toBe(one?.subject);
    expect(await show([one, two, later] as Tokenized[])).toEqual(['record_erased', 'e1@example.com', 'e0@example.com']);
  });

  test('erasing again is no error, and counts nothing a second time', async () => {
    const [one, two] = await store(...emails(2));
    await order({ tokens: [one?.token as Token] });

    const both = await order({ tokens: [one, two, one].map((result) => result?.token as Token) });
    const again = await order({ records: [one, two].map((result) => result?.record as RecordId) });

    expect([both.records, again.records]).toEqual([1, 0]);
    expect(again.state).toBe('completed');
  });

  test('a subject without records is erased, too', async () => {
    const [stored] = await store(...emails(1, 'empty'));
    await order({ records: [stored?.record as RecordId] });

    expect(await order({ ref: 'empty' })).toMatchObject({ state: 'completed', records: 0, subject: stored?.subject });
  });

  test('one unknown name refuses the whole, names its place, and erases nothing', async () => {
    const mine = await store(...emails(2, 'kept'));
    const [one] = mine as [Tokenized];
    const stranger = await here.inTenant('erase-other', 'app');
    const foreign = await tokenize(here.vault, stranger, { items: emails(1, 'kept') });
    const their = foreign.results[0] as Tokenized;
    const unknown = (id: string) => id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));

    for (const [body, code, field] of [
      [{ tokens: [one.token, newToken(here.vault.random)] }, 'token_not_found', 'tokens/1'],
      [{ tokens: [one.token, one.token, their.token] }, 'token_not_found', 'tokens/2'],
      [{ records: [one.record, unknown(one.record) as RecordId] }, 'record_not_found', 'records/1'],
      [{ records: [their.record] }, 'record_not_found', 'records/0'],
      [{ ref: 'nobody' }, 'subject_not_found', 'ref'],
      [{ subject: unknown(one.subject as string) as SubjectId }, 'subject_not_found', 'subject'],
      [{ subject: their.subject }, 'subject_not_found', 'subject'],
    ] as [EraseRequest, string, string][]) {
      await expect(order(body)).rejects.toMatchObject({ code, field });
      expect(await here.lastEntry()).toMatchObject({ action: 'erase', outcome: 'failed', code, erasure: null });
    }
    expect(await show(mine)).toEqual(['e0@example.com', 'e1@example.com']);
    const shown = await detokenize(here.vault, stranger, { tokens: [their.token], purpose: 'billing' });
    expect(shown.results[0]).toMatchObject({ value: 'e0@example.com' });
  });

  test('what was corrected before is erased whole: no generation of its key is left', async () => {
    const [stored] = await store(...emails(1));
    const record = stored?.record as RecordId;
    for (const value of ['a@example.com', 'b@example.com']) {
      await correct(here.vault, await here.as('app'), { record, value });
    }

    await order({ records: [record] });

    expect(await show([stored as Tokenized])).toEqual(['record_erased']);
    expect(await rows(here.home.keyStoreUrl, 'record_keys', [stored as Tokenized])).toEqual([]);
    for (const url of [here.home.recordStoreUrl, here.home.keyStoreUrl]) {
      const generations = (await rows(url, 'tombstones', [stored as Tokenized])).map((row) => Number(row.generation));
      expect(generations.sort()).toEqual([1, 2, 3]);
    }
  });

  test('a key that an interrupted correction left behind is destroyed with the record', async () => {
    const [stored] = await store(...emails(1));
    const record = stored?.record as RecordId;
    const allow = await refuseInserts(here.home.recordStoreUrl, 'erasures');
    const failed = correct(here.vault, await here.as('app'), { record, value: 'never@example.com' });
    await expect(failed).rejects.toBeDefined();
    await allow();
    expect(await rows(here.home.keyStoreUrl, 'record_keys', [stored as Tokenized])).toHaveLength(2);

    await order({ records: [record] });

    for (const table of ['record_keys', 'blind_indexes']) {
      expect(await rows(here.home.keyStoreUrl, table, [stored as Tokenized])).toEqual([]);
    }
  });

  test('a receipt is its tenant’s, and only of an erasure', async () => {
    const [stored, other] = await store(...emails(2));
    const receipt = await order({ records: [stored?.record as RecordId] });
    await correct(here.vault, await here.as('app'), { record: other?.record as RecordId, value: 'c@example.com' });
    const [correction] = await tell<{ erasure: ErasureId }>(
      here.home.recordStoreUrl,
      `SELECT erasure FROM tombstones WHERE record = '${other?.record}'`,
    );

    const stranger = await here.inTenant('erase-other', 'app');
    await expect(getErasure(here.vault, stranger, { erasure: receipt.erasure })).rejects.toMatchObject({
      code: 'erasure_not_found',
    });
    const asked = getErasure(here.vault, await here.as('app'), { erasure: correction?.erasure as ErasureId });
    await expect(asked).rejects.toMatchObject({ code: 'erasure_not_found' });
  });

  test('only a role that may erase does; the entry names erasure, subject and records', async () => {
    const [stored] = await store(...emails(1, 'audited'));
    for (const role of ['support', 'admin', 'auditor', 'security'] as const) {
      const refused = erase(here.vault, await here.as(role), { records: [stored?.record as RecordId] });
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    }

    const receipt = await order({ ref: 'audited', reason: 'asked by the customer' });

    expect(await here.lastEntry()).toMatchObject({
      ...{ action: 'erase', outcome: 'done', erasure: receipt.erasure, subject: stored?.subject },
      records: [stored?.record],
    });
  });

  test('a subject with more records than a page is erased whole', async () => {
    const many = await store(
      ...Array.from({ length: 1_000 }, () => ({ type: 'text', value: 'x', subject: 'crowded' })),
    );
    const more = await store(...Array.from({ length: 201 }, () => ({ type: 'text', value: 'x', subject: 'crowded' })));

    const receipt = await order({ ref: 'crowded' });

    expect(receipt).toMatchObject({ state: 'completed', records: 1_201 });
    const all = [...many, ...more];
    expect(await rows(here.home.recordStoreUrl, 'records', all)).toEqual([]);
    expect(await rows(here.home.keyStoreUrl, 'record_keys', all)).toEqual([]);
    expect(await rows(here.home.keyStoreUrl, 'tombstones', all)).toHaveLength(1_201);
  });
});
