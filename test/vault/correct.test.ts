import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { TimeLimit } from '../../src/calls/time-limit.ts';
import { UnavailableError } from '../../src/errors.ts';
import type { RecordId, Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { TOO_LATE } from '../../src/storage/limits.ts';
import { refuseDeletes, stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (value = 'ada@example.com', more = {}) =>
    (await tokenize(here.vault, await here.as('app'), { items: [{ type: 'email', value, ...more }] }))
      .results[0] as Tokenized;
  const put = async (record: string, value: unknown, reason?: string) =>
    correct(here.vault, await here.as('app'), { record: record as RecordId, value, reason });
  const reveal = async (token: Token) => {
    const { results } = await detokenize(here.vault, await here.as('app'), { tokens: [token], purpose: 'billing' });
    const [result] = results;
    return result !== undefined && 'value' in result ? result.value : result?.error.code;
  };
  const keysOf = (record: string) =>
    tell<{ generation: number | string; wrapped: Buffer }>(
      here.home.keyStoreUrl,
      `SELECT generation, wrapped FROM record_keys WHERE record = '${record}' ORDER BY generation`,
    );
  const rowsOf = (url: string, table: string, record: string) =>
    tell(url, `SELECT * FROM ${table} WHERE record = '${record}'`);

  test('K6: the new value is sealed under a new key, and nothing is left of the old one', async () => {
    const { token, record } = await store();
    const [before] = await keysOf(record);
    const [old] = await rowsOf(here.home.recordStoreUrl, 'records', record);

    const reply = await put(record, 'ada@example.org');

    expect(reply).toEqual({ record, version: 2, masked: 'a***@example.org' });
    expect(await reveal(token)).toBe('ada@example.org');
    const after = await keysOf(record);
    expect(after.map(({ generation }) => Number(generation))).toEqual([2]);
    expect(after[0]?.wrapped.equals(before?.wrapped as Buffer)).toBe(false);
    const [row] = await rowsOf(here.home.recordStoreUrl, 'records', record);
    expect(row?.sealed).not.toEqual(old?.sealed);
    expect([Number(row?.generation), Number(row?.version), row?.subject, row?.label]).toEqual([2, 2, null, null]);
    const index = await rowsOf(here.home.keyStoreUrl, 'blind_indexes', record);
    expect(new Set(index.map((entry) => Number(entry.generation)))).toEqual(new Set([2]));
    expect(await rowsOf(here.home.keyStoreUrl, 'correction_keys', record)).toEqual([]);
  });

  test('K6: the old key is shredded like any other: buried in both stores, its bucket marked for a new key', async () => {
    const { record } = await store();
    await put(record, 'ada@example.org');

    const [tombstone] = await rowsOf(here.home.recordStoreUrl, 'tombstones', record);
    expect(tombstone).toMatchObject({ cause: 'corrected', erasure: expect.stringMatching(/^ers_/) });
    expect(Number(tombstone?.generation)).toBe(1);
    const mirrored = await rowsOf(here.home.keyStoreUrl, 'tombstones', record);
    expect(mirrored.map((row) => Number(row.generation))).toEqual([1]);
    const [bucket] = await tell(
      here.home.keyStoreUrl,
      `SELECT dirty_at FROM buckets WHERE bucket = (SELECT bucket FROM record_keys WHERE record = '${record}')`,
    );
    expect(Number(bucket?.dirty_at)).toBe(here.now().getTime());
    const [order] = await tell(
      here.home.recordStoreUrl,
      `SELECT state, cause FROM erasures WHERE erasure = '${tombstone?.erasure}'`,
    );
    expect(order).toEqual({ state: 'completed', cause: 'corrected' });
  });

  test('tokens, subject, label and date stay; version and change date move', async () => {
    const { token, record, subject } = await store('ada@example.com', { subject: 'correct-1', label: 'work' });
    const app = await here.as('app');
    const before = await describeToken(here.vault, app, { token });
    here.advance(60_000);

    for (const version of [2, 3, 4]) expect(await put(record, `ada${version}@example.com`)).toMatchObject({ version });

    const after = await describeToken(here.vault, app, { token });
    expect(after).toEqual({ ...before, version: 4, updatedAt: here.now().toISOString() });
    expect(after.subject).toBe(subject);
    expect(await reveal(token)).toBe('ada4@example.com');
  });

  test('of corrections at the same time one wins each round, the others are told and change nothing', async () => {
    const { token, record } = await store();
    const values = Array.from({ length: 8 }, (_, i) => `try${i}@example.com`);

    const tried = await Promise.allSettled(values.map((value) => put(record, value)));

    const won = values.filter((_, i) => tried[i]?.status === 'fulfilled');
    const codes = tried.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(won.length).toBeGreaterThanOrEqual(1);
    expect(codes).toEqual(codes.map(() => 'concurrent_change'));
    const { version } = await describeToken(here.vault, await here.as('app'), { token });
    expect(version).toBe(1 + won.length);
    expect(won).toContain(await reveal(token));
    expect(await put(record, 'after@example.com')).toMatchObject({ version: won.length + 2 });
    expect(await reveal(token)).toBe('after@example.com');
  });

  test('a refused value, an unknown record, one of another tenant and an erased one are refused, and nothing is left', async () => {
    const { token, record } = await store();
    const stranger = await here.inTenant('correct-other', 'app');
    const unknown = record.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const theirs = () => correct(here.vault, stranger, { record, value: 'eve@example.com' });

    await expect(put(record, 'no address')).rejects.toMatchObject({ code: 'invalid_value', field: 'value' });
    await expect(put(unknown, 'ada@example.com')).rejects.toMatchObject({ code: 'record_not_found' });
    await expect(theirs()).rejects.toMatchObject({ code: 'record_not_found' });
    expect((await keysOf(record)).length).toBe(1);
    expect(await reveal(token)).toBe('ada@example.com');

    await erase(here.vault, await here.as('app'), { records: [record] });
    await expect(put(record, 'ada@example.org')).rejects.toMatchObject({ kind: 'gone', code: 'record_erased' });
    expect(await keysOf(record)).toEqual([]);
  });

  test('only a role that may correct does; the entry names the record and keeps of the reason a MAC alone', async () => {
    const { record } = await store();
    for (const role of ['support', 'admin', 'auditor', 'security'] as const) {
      const refused = correct(here.vault, await here.as(role), { record, value: 'eve@example.com' });
      await expect(refused).rejects.toMatchObject({ code: 'not_allowed' });
    }

    await put(record, 'ada@example.org', 'asked by the customer');

    const entry = await here.lastEntry();
    expect(entry).toMatchObject({ action: 'correct', outcome: 'done', records: [record] });
    expect(entry?.reason_mac).toHaveLength(16);
    expect(JSON.stringify(entry)).not.toMatch(/asked|customer|example/);
  });

  describe('S6: it is answered only when the journal has it, whatever else fails:', () => {
    const FULL = new UnavailableError('journal_unavailable', 'Full.');
    const DOWN = new UnavailableError('store_unavailable', 'Down.');
    const UNANSWERED = { kind: 'unavailable', code: 'journal_unavailable' };
    const journalThat = (note: () => Promise<void>) => {
      const spied = vi.spyOn(here.vault.journal, 'note').mockImplementation(note);
      onTestFinished(() => spied.mockRestore());
    };
    const scrubFails = () => {
      const spied = vi.spyOn(here.vault.keyStore, 'scrub').mockRejectedValue(DOWN);
      onTestFinished(() => spied.mockRestore());
    };

    test('the journal is full, and the keys could not be scrubbed either', async () => {
      const { token, record } = await store();
      journalThat(() => Promise.reject(FULL));
      scrubFails();
      await expect(put(record, 'ada@example.org')).rejects.toMatchObject(UNANSWERED);
      expect(await reveal(token)).toBe('ada@example.org');
    });

    test('the journal does not answer, and the time of the call is over', async () => {
      const { record } = await store();
      const over = Promise.withResolvers<typeof TOO_LATE>();
      journalThat(() => {
        over.resolve(TOO_LATE);
        return new Promise(() => {});
      });
      const limit = withParts(new TimeLimit(60_000), { within: (work) => Promise.race([work, over.promise]) });
      const caller = { ...(await here.as('app')), limit };
      await expect(correct(here.vault, caller, { record, value: 'ada@example.org' })).rejects.toMatchObject(UNANSWERED);
    });

    test('the key store fails before the journal is asked, also for the same call once more', async () => {
      const { record } = await store();
      const once = { ...(await here.as('app')), idempotencyKey: `once-${record}` };
      const change = () => correct(here.vault, once, { record, value: 'ada@example.org' });
      const allow = await refuseDeletes(here.home.keyStoreUrl, 'record_keys');
      await expect(change()).rejects.toMatchObject(UNANSWERED);
      await expect(change()).rejects.toMatchObject(UNANSWERED);
      await allow();
      const noted = vi.spyOn(here.vault.journal, 'note');
      onTestFinished(() => noted.mockRestore());
      expect(await change()).toMatchObject({ record, version: 2 });
      expect(noted).toHaveBeenCalledWith([expect.objectContaining({ cause: 'corrected' })]);
    });

    test('but what fails besides is left to a job', async () => {
      const { record } = await store();
      scrubFails();
      expect(await put(record, 'ada@example.org')).toMatchObject({ record, version: 2 });
    });
  });
});
