/** What a unique type tells, and to whom: that a value is there is told as a search tells it, or not at all. */
import { describe, expect, test } from 'vitest';
import { ENGINES, type Engine } from '../support/stores.ts';
import { openTestVault, PURPOSES, type TestCaller, type TestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';

const HOLDER = { type: 'email', value: 'ada@example.com', subject: 'ada' };
const CARD = '4242424242424242';
const purpose = 'billing';
const card = (number: string) => ({ type: 'card', value: { number, expiry_month: 4, expiry_year: 2030 } });

async function scene(engine: Engine) {
  const vault = await openTestVault({ engine });
  const app = vault.as('app');
  await app.tokenize(HOLDER, card(CARD));
  for (const type of ['email', 'card']) {
    const reply = await vault.admin.call('put', `/v1/types/${type}/unique`, { unique: true });
    expect([reply.status, reply.body.unique]).toEqual([200, true]);
  }
  return { vault, app };
}

const store = (caller: TestCaller, item: object, more: object = { purpose }) =>
  caller.call('post', '/v1/tokenize', { items: [item], ...more });
const told = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body.code, body.field];

async function tied(vault: TestVault): Promise<TestCaller> {
  const body = { name: 'crm', role: 'app', purposes: PURPOSES, audience: 'crm' };
  return vault.withKey((await vault.admin.call('post', '/v1/principals', body)).body.apiKey);
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a caller without a purpose, or tied to an audience, is told the same of a value that is there and of one that is not', async () => {
    const { vault, app } = await scene(engine);
    const free = { ...HOLDER, value: 'nobody@example.com', subject: undefined };
    const there = { ...HOLDER, subject: undefined };
    const crm = await tied(vault);
    for (const [caller, more, expected] of [
      [app, {}, [422, 'invalid_request', 'purpose']],
      [app, { purpose: 'none-of-mine' }, [403, 'purpose_not_allowed', 'purpose']],
      [crm, { purpose }, [403, 'not_allowed', undefined]],
    ] as const) {
      const replies = [await store(caller, there, more), await store(caller, free, more)];
      expect(replies.map(told)).toEqual([expected, expected]);
      expect(replies[0]?.body.detail).toBe(replies[1]?.body.detail);
    }
    expect((await store(crm, { type: 'username', value: 'ada' }, {})).status).toBe(200);
    const reply = await store(app, HOLDER);
    expect(told(reply)).toEqual([409, 'value_not_unique', 'items/0/value']);
    expect(JSON.stringify(reply.body)).not.toContain('ada@');
    expect(JSON.stringify(reply.body)).not.toMatch(/rec_|tok_|sub_/);
    // Corrections ask for the same.
    const mine = (await store(app, { type: 'email', value: 'eve@example.com' })).body.results[0].record;
    const fix = (value: string, more: object = {}) => app.call('patch', `/v1/records/${mine}`, { value, ...more });
    for (const value of [HOLDER.value, 'nobody@example.com']) {
      expect(told(await fix(value))).toEqual([422, 'invalid_request', 'purpose']);
      expect(told(await fix(value, { purpose: 'none-of-mine' }))).toEqual([403, 'purpose_not_allowed', 'purpose']);
    }
    expect(told(await fix(HOLDER.value, { purpose }))).toEqual([409, 'value_not_unique', 'value']);
    expect((await fix('nobody@example.com', { purpose })).status).toBe(200);
  });

  test('values that were free are wrong guesses, also where the call is refused for another; the refused one is right', async () => {
    const { vault, app } = await scene(engine);
    // Numbers that look like the stored one through every view: of these a caller has nineteen a day.
    const luhn = (number: string) =>
      [...number].toReversed().reduce((sum, digit, i) => {
        const weighed = i % 2 === 0 ? Number(digit) : 2 * Number(digit);
        return sum + (weighed > 9 ? weighed - 9 : weighed);
      }, 0) %
        10 ===
      0;
    const numbers = Array.from({ length: 400 }, (_, i) => `424242${String(i).padStart(6, '0')}4242`).filter(luhn);
    for (let i = 0; i < 25; i += 1) expect(told(await store(app, card(CARD)))[1]).toBe('value_not_unique');
    // Each call asks of ten that are free and of the one that is not, and stores nothing.
    const batch = (from: number) =>
      app.call('post', '/v1/tokenize', {
        items: [...numbers.slice(from, from + 10).map(card), card(CARD)],
        purpose,
      });
    expect(told(await batch(0))).toEqual([409, 'value_not_unique', 'items/10/value']);
    expect(await vault.lastAuditEntry()).toMatchObject({ code: 'value_not_unique', guesses: 10, purpose });
    expect(told(await batch(10))[1]).toBe('too_many_guesses');
    for (const number of numbers.slice(20, 29)) expect((await store(app, card(number))).status).toBe(200);
    expect(told(await store(app, card(numbers[30] as string)))[1]).toBe('too_many_guesses');
  });

  test('a claim that was removed or led elsewhere lets no double in; a setting that was edited is an alarm', async () => {
    const { vault, app } = await scene(engine);
    const [keys, records] = [handOn(vault.vault.keyStore), handOn(vault.vault.recordStore)];
    const eve = { type: 'email', value: 'eve@example.com' };
    const { record } = (await store(app, eve)).body.results[0];
    const other = (await store(app, { type: 'email', value: 'bob@example.com' })).body.results[0].record;
    const refused = async () => expect(told(await store(app, eve))[1]).toBe('value_not_unique');
    await keys.change('value_claims', { record }, { record: other });
    await refused();
    await keys.remove('value_claims', { record: other });
    await refused();
    await records.change('type_settings', { name: 'email' }, { is_unique: null });
    vault.advance(6_000);
    expect(told(await store(app, eve))[1]).toBe('integrity_failure');
  });
});
