/** Idempotency: the same key and body from the same caller are one call, however often and however fast they come. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { KEPT_MS } from '../../src/calls/idempotency.ts';
import type { RecordId } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { stage, tell } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const item = { type: 'email', value: 'ada@example.com', subject: 'ada', label: 'work' };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let keys = 0;
  const keyed = async (key = `key-${keys++}`): Promise<Caller> => ({ ...(await here.as('app')), idempotencyKey: key });
  const store = async (subject = 'ada') => {
    const { results } = await tokenize(here.vault, await here.as('app'), { items: [{ ...item, subject }] });
    return results[0] as (typeof results)[number];
  };
  const count = async (table: string) => (await tell(here.home.recordStoreUrl, `SELECT 1 FROM ${table}`)).length;

  test('a repeated call gets the first one’s answer and does nothing again', async () => {
    const app = await keyed();
    const body = { items: [item, { type: 'text', value: 'note' }] };
    const first = await tokenize(here.vault, app, body);
    const before = await count('records');

    const again = await tokenize(here.vault, { ...app }, structuredClone(body));

    expect(again).toEqual(first);
    expect(await count('records')).toBe(before);
    expect(await here.lastEntry()).toMatchObject({ action: 'tokenize', outcome: 'replayed', principal: app.principal });
  });

  test('so does a repeated erasure and a repeated correction, also on another node', async () => {
    const [one, two] = [await store('ada-1'), await store('ada-2')];
    const other = await here.home.open({ clock: () => here.now() });
    const [erasing, correcting] = [await keyed(), await keyed()];
    const value = 'new@example.com';

    const receipt = await erase(here.vault, erasing, { ref: 'ada-1', reason: 'asked' });
    const corrected = await correct(here.vault, correcting, { record: two.record, value });
    const erasures = await count('erasures');

    expect(await erase(other, erasing, { ref: 'ada-1', reason: 'asked' })).toEqual(receipt);
    expect(await correct(other, correcting, { record: two.record, value })).toEqual(corrected);
    expect(await count('erasures')).toBe(erasures);
    expect(receipt.records).toBe(1);
    expect(corrected.version).toBe(2);
    expect(one.record).not.toBe(two.record);
  });

  test('a repeated addition of a principal does not show the API key a second time', async () => {
    const admin = { ...(await here.as('admin')), idempotencyKey: 'once' };
    const body = { name: 'checkout', role: 'app' as const, purposes: [] };
    await addPrincipal(here.vault, admin, body);
    const before = await count('principals');

    await expect(addPrincipal(here.vault, admin, body)).rejects.toMatchObject({ code: 'api_key_already_shown' });
    expect(await count('principals')).toBe(before);
  });

  test('the same key with another body, or for another call, is refused and does nothing', async () => {
    // A later time than the other node's entries above, so that the last entry is this node's.
    here.advance(1);
    const app = await keyed();
    const stored = await tokenize(here.vault, app, { items: [item] });
    const before = await count('records');
    const record = stored.results[0]?.record as RecordId;
    const reused = { kind: 'invalid', code: 'idempotency_key_reused', field: 'Idempotency-Key' };

    await expect(tokenize(here.vault, app, { items: [{ ...item, label: 'home' }] })).rejects.toMatchObject(reused);
    await expect(tokenize(here.vault, app, { items: [item, item] })).rejects.toMatchObject(reused);
    await expect(erase(here.vault, app, { records: [record] })).rejects.toMatchObject(reused);
    await expect(correct(here.vault, app, { record, value: 'new@example.com' })).rejects.toMatchObject(reused);
    expect(await count('records')).toBe(before);
    expect(await here.lastEntry()).toMatchObject({
      action: 'correct',
      outcome: 'failed',
      code: 'idempotency_key_reused',
    });
  });

  test('a correction of another record under the same key is another call', async () => {
    const [one, two] = [await store(), await store()];
    const app = await keyed();
    await correct(here.vault, app, { record: one.record, value: 'new@example.com' });

    const other = correct(here.vault, app, { record: two.record, value: 'new@example.com' });
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  test('the same key of another principal, and of one in another tenant, is another key', async () => {
    const first = await tokenize(here.vault, await keyed('shared'), { items: [item] });
    const admin = await here.as('admin');
    const { principal } = await addPrincipal(here.vault, admin, { name: 'other', role: 'app', purposes: [] });
    const others: Caller[] = [
      { ...(await keyed('shared')), principal },
      { ...(await here.inTenant('idempotency-other', 'app')), idempotencyKey: 'shared' },
    ];

    for (const other of others) {
      const reply = await tokenize(here.vault, other, { items: [item] });
      expect(reply.results[0]?.token).not.toBe(first.results[0]?.token);
    }
  });

  test('a caller who has lost the right since gets no answer from before', async () => {
    const app = await keyed();
    await tokenize(here.vault, app, { items: [item] });

    const now: Caller = { ...app, role: 'support' };
    await expect(tokenize(here.vault, now, { items: [item] })).rejects.toMatchObject({ code: 'not_allowed' });
  });

  test('a call that was refused keeps nothing: its key is free for the right one', async () => {
    const app = await keyed();
    const wrong = tokenize(here.vault, app, { items: [{ ...item, value: 'no address' }] });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid_value' });

    await expect(tokenize(here.vault, app, { items: [item] })).resolves.toBeDefined();
  });

  test('calls under one key at once are one call, and all get its answer: tokenize', async () => {
    const app = await keyed();
    const before = await count('records');

    const replies = await Promise.all(Array.from({ length: 10 }, () => tokenize(here.vault, app, { items: [item] })));

    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(await count('records')).toBe(before + 1);
  });

  test.each(['subject', 'ref', 'records', 'tokens'] as const)(
    'calls under one key at once are one call, and all get its answer: erase by %s',
    async (name) => {
      for (let round = 0; round < 4; round += 1) {
        const ref = `at-once-${name}-${round}`;
        const { subject, record, token } = await store(ref);
        const body = {
          subject: { subject },
          ref: { ref },
          records: { records: [record] },
          tokens: { tokens: [token] },
        }[name];
        const app = await keyed();

        const receipts = await Promise.all(Array.from({ length: 4 }, () => erase(here.vault, app, body)));

        expect(new Set(receipts.map((receipt) => receipt.erasure)).size).toBe(1);
        expect(receipts.map((receipt) => receipt.records)).toEqual([1, 1, 1, 1]);
      }
    },
  );

  test('corrections under one key at once are one correction; who comes before its answer is there may ask again', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { record } = await store();
      const app = await keyed();
      const value = 'new@example.com';
      const answer = { record, version: 2, masked: 'n***@example.com' };

      const tried = await Promise.allSettled(
        Array.from({ length: 4 }, () => correct(here.vault, app, { record, value })),
      );

      const answers = tried.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const codes = tried.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      expect(answers.length).toBeGreaterThanOrEqual(1);
      expect(answers).toEqual(answers.map(() => answer));
      expect(codes).toEqual(codes.map(() => 'concurrent_change'));
      expect(await correct(here.vault, app, { record, value })).toEqual(answer);
    }
  });

  test('an answer is kept for a day, and then forgotten by a job', async () => {
    const app = await keyed();
    const first = await tokenize(here.vault, app, { items: [item] });
    here.advance(KEPT_MS);
    await runBackgroundOnce(here.vault);
    expect(await tokenize(here.vault, app, { items: [item] })).toEqual(first);

    here.advance(1);
    const reports = await runBackgroundOnce(here.vault);

    expect(reports.find(({ name }) => name === 'forget_old_answers')?.changed).toBeGreaterThan(0);
    const later = await tokenize(here.vault, app, { items: [item] });
    expect(later.results[0]?.token).not.toBe(first.results[0]?.token);
  });

  test('what is kept of a key, a body and an answer are MACs and ids', async () => {
    const app = await keyed('plugh-key');
    await tokenize(here.vault, app, { items: [{ ...item, value: 'plugh@example.com', subject: 'plugh' }] });

    const rows = await tell<Record<string, unknown>>(here.home.recordStoreUrl, 'SELECT * FROM idempotency_keys');
    const texts = rows.flatMap((row) =>
      Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))),
    );
    expect(texts.join('\n')).not.toMatch(/plugh|example/);
    expect(rows.every((row) => (row.key_mac as Buffer).length === 32 && (row.body_mac as Buffer).length === 32)).toBe(
      true,
    );
  });
});
