/**
 * Tokens and what is set for them, against whoever writes the stores: a token leads to its own record, for its own
 * audience, for as long and as often as was set; a value leads to its own token.
 */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { openTestVault, PURPOSES } from '../support/vault.ts';
import { expectAlarm, expectDamage, type Hand, handOn, type StoredRow } from './hand.ts';

const VALUES = ['ada@example.com', 'bob@example.com'] as const;
const HOUR_MS = 60 * 60 * 1000;

async function scene(engine: Engine) {
  const vault = await openTestVault({ engine });
  const app = vault.as('app');
  const [mine, other] = await app.tokenize(
    { type: 'email', value: VALUES[0], subject: 'cust_1', format: 'uuid', audience: 'crm', ttlSeconds: 3_600, uses: 3 },
    { type: 'email', value: VALUES[1], subject: 'cust_2', audience: 'shop' },
  );
  const reply = await vault.admin.call('post', '/v1/principals', {
    name: 'crm',
    role: 'app',
    purposes: PURPOSES,
    audience: 'crm',
  });
  return {
    vault,
    app,
    crm: vault.withKey(reply.body.apiKey),
    mine: mine as NonNullable<typeof mine>,
    other: other as NonNullable<typeof other>,
    records: handOn(vault.vault.recordStore),
    keys: handOn(vault.vault.keyStore),
  };
}

/** Changes one row, runs the work, and puts the row back as it was. */
async function whileChanged(hand: Hand, table: string, where: StoredRow, to: StoredRow, work: () => Promise<void>) {
  const before = await hand.row(table, where);
  await hand.change(table, where, to);
  await work();
  await hand.remove(table, { ...where, ...to });
  await hand.put(table, before);
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a token whose record, audience, format or limits were edited opens nothing, for anybody, and raises the alarm', async () => {
    const { vault, app, crm, mine, other, records } = await scene(engine);
    const { token } = mine;
    const row = await records.row('tokens', { token });
    const theirs = await records.row('tokens', { token: other.token });
    const changes: StoredRow[] = [
      { record: other.record },
      { record: other.record, tag: theirs.tag as Buffer },
      { audience: 'shop' },
      { audience: null },
      { audience: '' },
      { format: 'foreign' },
      { format: null },
      { format: '' },
      { expires_at: Number(row.expires_at) + 1 },
      { expires_at: null },
      { expires_at: 0 },
      { uses_left: 1_000 },
      { uses_left: null },
      { uses_left: 0 },
      { revoked_at: 1 },
      { audience: null, format: null, expires_at: null, uses_left: null },
    ];
    for (const to of changes) {
      await whileChanged(records, 'tokens', { token }, to, async () => {
        const named = { record: String(to.record ?? mine.record), secrets: VALUES };
        await expectDamage(vault, () => app.detokenize(token), named);
        await expectDamage(vault, () => crm.detokenize(token), named);
        await expectAlarm(vault, () => app.call('get', `/v1/tokens/${token}`), named);
        await expectAlarm(vault, () => app.call('patch', `/v1/tokens/${token}`, { uses: 9 }), named);
        await expectAlarm(vault, () => app.call('post', '/v1/erasures', { tokens: [token] }), named);
      });
    }
    expect((await crm.detokenize(token)).body.results[0].value).toBe(VALUES[0]);
    expect((await app.call('get', `/v1/tokens/${token}`)).body).toMatchObject({ usesLeft: 2, audience: 'crm' });
  });

  test('a plain token given an end, an audience or a format in the database raises the alarm, too', async () => {
    const { vault, app, records } = await scene(engine);
    const [plain] = await app.tokenize({ type: 'email', value: VALUES[0] });
    const token = plain?.token as string;
    for (const to of [
      { audience: '' },
      { audience: 'crm' },
      { format: '' },
      { expires_at: 1 },
      { uses_left: 0 },
      { revoked_at: 1 },
    ]) {
      await whileChanged(records, 'tokens', { token }, to, () =>
        expectDamage(vault, () => app.detokenize(token), { record: plain?.record, secrets: VALUES }),
      );
    }
  });

  test('what is absent from a token with a limit is told from an empty text', async () => {
    const { vault, app, records } = await scene(engine);
    const [limited] = await app.tokenize({ type: 'email', value: VALUES[0], uses: 3 });
    const token = limited?.token as string;
    for (const to of [{ audience: '' }, { format: '' }]) {
      await whileChanged(records, 'tokens', { token }, to, () =>
        expectDamage(vault, () => app.detokenize(token), { record: limited?.record, secrets: VALUES }),
      );
    }
  });

  test('a revocation or an expiry taken out of the row brings no token back', async () => {
    const { vault, app, records } = await scene(engine);
    const [revoked, expired] = await app.tokenize(
      { type: 'email', value: VALUES[0] },
      { type: 'email', value: VALUES[1], ttlSeconds: 60 },
    );
    await app.call('delete', `/v1/tokens/${revoked?.token}`);
    vault.advance(60_000);
    await records.change('tokens', { token: revoked?.token as string }, { revoked_at: null });
    await records.change('tokens', { token: expired?.token as string }, { expires_at: null });
    for (const stored of [revoked, expired]) {
      await expectDamage(vault, () => app.detokenize(stored?.token as string), {
        record: stored?.record,
        secrets: VALUES,
      });
    }
  });

  test('a value’s link to its token, turned to another record or token, raises the alarm; put back from before an erasure or a correction, it leads nowhere', async () => {
    const { vault, app, keys } = await scene(engine);
    const [one, two] = VALUES.map((value) => ({ type: 'email', value, subject: 'cust_3', reuse: true }));
    const [first, second] = await app.tokenize(one as never, two as never);
    const again = () => app.call('post', '/v1/tokenize', { items: [one], purpose: 'billing' });
    const link = await keys.row('reuses', { record: first?.record as string });
    const theirs = await keys.row('reuses', { record: second?.record as string });
    const { mac } = link;
    const turned: StoredRow[] = [
      { record: theirs.record as string },
      { token: theirs.token as string },
      { record: theirs.record as string, token: theirs.token as string },
      { record: theirs.record as string, token: theirs.token as string, tag: theirs.tag as Buffer },
      { subject: null },
      { generation: 2 },
    ];
    for (const to of turned) {
      await whileChanged(keys, 'reuses', { mac: mac as Buffer }, to, () =>
        expectAlarm(vault, again, { record: String(to.record ?? first?.record), secrets: VALUES }),
      );
    }

    await app.call('post', '/v1/erasures', { records: [first?.record] });
    await app.call('patch', `/v1/records/${second?.record}`, { value: 'new@example.com' });
    expect(await keys.rows('reuses')).toEqual([]);
    await keys.put('reuses', link, theirs);
    const fresh = await app.tokenize(one as never, two as never);
    expect(fresh.map(({ token }) => token)).not.toContain(first?.token);
    expect(fresh.map(({ token }) => token)).not.toContain(second?.token);
    const { body } = await app.detokenize(fresh.map(({ token }) => token));
    expect(body.results.map(({ value }: { value: string }) => value)).toEqual(VALUES);
  });

  test('no token, and no row that leads to it, tells anything of the value: neither store without the keys says which', async () => {
    const { vault, app, records, keys } = await scene(engine);
    const items = VALUES.map((value) => ({ type: 'email', value, reuse: true }));
    const stored = await app.tokenize(...(items as never[]));
    const elsewhere = await (await openTestVault({ engine })).as('app').tokenize(...(items as never[]));
    // The same values in another vault have other tokens and other links: nothing is computed from the value alone.
    expect(stored.map(({ token }) => token)).not.toEqual(elsewhere.map(({ token }) => token));
    const links = await keys.rows('reuses');
    expect(links.map(({ mac }) => (mac as Buffer).length)).toEqual([32, 32]);
    const written = JSON.stringify([links, await records.rows('tokens'), await records.rows('dead_tokens')]);
    for (const value of VALUES) expect(written).not.toContain(value.split('@')[0]);
    expect(vault.logged.join('')).not.toContain(VALUES[0]);
  });

  test('limit: a token’s row put back whole to an earlier state of its own gives back a use, and undoes a revocation', async () => {
    const { app, mine, records } = await scene(engine);
    const before = await records.row('tokens', { token: mine.token });
    await app.detokenize(mine.token);
    await app.call('delete', `/v1/tokens/${mine.token}`);
    await records.remove('tokens', { token: mine.token });
    await records.put('tokens', before);

    expect((await app.detokenize(mine.token)).body.results[0].value).toBe(VALUES[0]);
  });

  test('limit: what is left of a dead token carries no MAC: its cause can be edited, and without it the token is unknown and can be brought again', async () => {
    const { vault, app, mine, records } = await scene(engine);
    vault.advance(HOUR_MS);
    await runBackgroundOnce(vault.vault);
    const code = async () => (await app.detokenize(mine.token)).body.results[0].error.code;
    expect(await code()).toBe('token_expired');

    await records.change('dead_tokens', { token: mine.token }, { cause: 'revoked' });
    expect(await code()).toBe('token_revoked');
    await records.remove('dead_tokens', { token: mine.token });
    expect(await code()).toBe('token_not_found');
    const brought = { type: 'email', value: VALUES[1], token: mine.token };
    expect((await app.call('post', '/v1/tokenize', { items: [brought] })).status).toBe(200);
  });

  test('whether a text is taken as another audience’s token, no answer to a tied caller tells: it brings none along', async () => {
    const { vault, app, crm } = await scene(engine);
    const item = { type: 'email', value: VALUES[0], token: 'legacy-shop-01' };
    await app.tokenize({ ...item, audience: 'shop' } as never);

    expect((await crm.call('get', '/v1/tokens/legacy-shop-01')).body.code).toBe('token_not_found');
    const before = await vault.auditEntries();
    const answers: Record<string, unknown>[] = [];
    for (const token of [item.token, 'legacy-shop-02', '4242424242424242', ' ']) {
      const { status, body } = await crm.call('post', '/v1/tokenize', { items: [{ ...item, token }] });
      answers.push({ ...body, status, request: undefined });
    }
    expect(answers.slice(1, 3)).toEqual([answers[0], answers[0]]);
    expect(answers.map(({ status, code }) => [status, code])).toEqual([
      ...Array(3).fill([403, 'not_allowed']),
      [422, 'invalid_request'],
    ]);
    const entries = (await vault.auditEntries()).slice(before.length);
    expect(entries.slice(0, 3).map(({ outcome, records }) => [outcome, records])).toEqual(
      Array(3).fill(['refused', []]),
    );
    expect((await app.detokenize(item.token)).body.results[0].value).toBe(VALUES[0]);
  });

  test('nobody tries parts of a stored value by bringing tokens to its record: right and wrong are refused alike', async () => {
    const { app, mine } = await scene(engine);
    for (const token of ['----adae', '----bobe', VALUES[0], 'tok_15v7chfy5rbwh743f6rhsh75q92zc29m']) {
      const { status, body } = await app.call('post', '/v1/tokens', { record: mine.record, token });
      expect([token, status, body.code, body.field]).toEqual([token, 422, 'invalid_request', 'token']);
    }
  });
});
