import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Role } from '../../src/access/roles.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { Plaintext } from '../../src/crypto/plaintext.ts';
import { UnavailableError } from '../../src/errors.ts';
import { newToken, type RecordId, type Token } from '../../src/ids.ts';
import { addPrincipal } from '../../src/operations/access/add-principal.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { describeToken } from '../../src/operations/tokens/describe-token.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { TokenizeItem } from '../../src/operations/values/schema.ts';
import { openRecords } from '../../src/records/open-records.ts';
import { findRecords, type RecordRow } from '../../src/records/store.ts';
import { callerOf, refuseUpdates, stage, tell, withParts } from '../support/home.ts';
import { askedBy } from '../support/round-trips.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const EMAIL: TokenizeItem = { type: 'email', value: 'ada.l@example.com' };
const CARD: TokenizeItem = { type: 'card', value: { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 } };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (...items: TokenizeItem[]) =>
    (await tokenize(here.vault, await here.as('app'), { items })).results.map((result) => result.token);
  const reveal = async (role: Role, tokens: readonly (Token | undefined)[], view?: string, purpose = 'billing') => {
    const body = { tokens: tokens as Token[], purpose, ...(view === undefined ? {} : { view }) };
    const { results } = await detokenize(here.vault, await here.as(role), body);
    return results.map((result) => ('error' in result ? result.error.code : [result.view, result.value]));
  };

  test('a call asks few statements, in few round trips', async () => {
    const admin = await callerOf(here.vault, await here.home.adminKey());
    const { apiKey } = await addPrincipal(here.vault, admin, { name: 'counted', role: 'app', purposes: ['billing'] });
    let made = 0;
    const asked = async (call: (app: Caller) => Promise<unknown>) => {
      const work = async () => call(await callerOf(here.vault, apiKey));
      // Keys and the catalogue are in memory from the second call on.
      await work();
      return askedBy(engine, work);
    };
    const email = (subject?: string) => ({
      ...EMAIL,
      value: `counted.${made++}@example.com`,
      ...(subject && { subject }),
    });
    const items = (size: number) => Array.from({ length: size }, () => email());
    const tokens = await store(...items(5));
    const all = {
      tokenize: await asked((app) => tokenize(here.vault, app, { items: items(1) })),
      several: await asked((app) => tokenize(here.vault, app, { items: items(5) })),
      ofNewPerson: await asked((app) => tokenize(here.vault, app, { items: [email(`counted_${made}`)] })),
      detokenize: await asked((app) =>
        detokenize(here.vault, app, { tokens: [tokens[0] as Token], purpose: 'billing' }),
      ),
      each: await asked((app) => detokenize(here.vault, app, { tokens: tokens as Token[], purpose: 'billing' })),
    };
    expect(all).toEqual(
      engine === 'postgres'
        ? {
            tokenize: { statements: 10, roundTrips: 5 },
            several: { statements: 10, roundTrips: 5 },
            ofNewPerson: { statements: 16, roundTrips: 7 },
            detokenize: { statements: 10, roundTrips: 5 },
            each: { statements: 10, roundTrips: 5 },
          }
        : {
            tokenize: { statements: 19, roundTrips: 0 },
            several: { statements: 32, roundTrips: 0 },
            ofNewPerson: { statements: 22, roundTrips: 0 },
            detokenize: { statements: 14, roundTrips: 0 },
            each: { statements: 34, roundTrips: 0 },
          },
    );
  });

  test('each token is answered on its own and in its place, also one that stands twice', async () => {
    const app = await here.as('app');
    const [ada, gone, card] = await store(EMAIL, { type: 'email', value: 'gone@example.com' }, CARD);
    const stranger = await here.inTenant('detokenize-other', 'app');
    const { results } = await tokenize(here.vault, stranger, { items: [EMAIL] });
    await erase(here.vault, app, { tokens: [gone as Token] });
    const unknown = newToken(here.vault.random);
    const asked = [unknown, ada, gone, results[0]?.token, card, ada, gone] as Token[];

    const reply = await detokenize(here.vault, app, { tokens: asked, purpose: 'billing', view: 'masked' });

    expect(reply.results).toEqual([
      { token: unknown, form: 'none', error: { code: 'token_not_found' } },
      { token: ada, form: 'text', type: 'email', view: 'masked', value: 'a***@example.com' },
      { token: gone, form: 'none', error: { code: 'record_erased' } },
      { token: asked[3], form: 'none', error: { code: 'token_not_found' } },
      { token: card, form: 'text', type: 'card', view: 'masked', value: '**** **** **** 4242' },
      { token: ada, form: 'text', type: 'email', view: 'masked', value: 'a***@example.com' },
      { token: gone, form: 'none', error: { code: 'record_erased' } },
    ]);
  });

  test('keys and values are wiped also where a read beside them, or the spending of a use, fails', async () => {
    const { vault } = here;
    const [ada] = await store(EMAIL);
    const app = await here.as('app');
    const { record } = await describeToken(vault, app, { token: ada as Token });
    const rows = (await findRecords(vault.recordStore.reader, app.tenant, [record as RecordId])) as RecordRow[];
    const key = Buffer.alloc(32, 7);
    const down = () => Promise.reject(new UnavailableError('store_unavailable', 'Down.'));
    const from = {
      records: vault.recordStore.reader,
      keys: withParts(vault.keyStore.reader, { find: down }),
      keyring: { ...vault.keyring, records: withParts(vault.keyring.records, { findEach: async () => [key] }) },
    };
    await expect(openRecords(from, app.tenant, rows)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(key.equals(Buffer.alloc(32))).toBe(true);

    const wiped = vi.spyOn(Plaintext.prototype, 'wipe');
    onTestFinished(() => wiped.mockRestore());
    const [token] = await store({ ...EMAIL, uses: 1 });
    const allow = await refuseUpdates(here.home.recordStoreUrl, 'tokens');
    wiped.mockClear();
    await expect(detokenize(vault, app, { tokens: [token as Token], purpose: 'billing' })).rejects.toThrow();
    await allow();
    expect(wiped).toHaveBeenCalled();
  });

  test.each<[role: Role, view: string | undefined, email: unknown, card: unknown]>([
    ['app', undefined, ['plain', EMAIL.value], ['plain', CARD.value]],
    ['app', 'plain', ['plain', EMAIL.value], ['plain', CARD.value]],
    ['app', 'masked', ['masked', 'a***@example.com'], ['masked', '**** **** **** 4242']],
    ['app', 'domain', ['domain', 'example.com'], 'unknown_view'],
    ['app', 'last4', 'unknown_view', ['last4', '4242']],
    ['app', 'no_such_view', 'unknown_view', 'unknown_view'],
    ['support', undefined, ['masked', 'a***@example.com'], ['masked', '**** **** **** 4242']],
    ['support', 'plain', 'not_allowed', 'not_allowed'],
    ['support', 'masked', ['masked', 'a***@example.com'], ['masked', '**** **** **** 4242']],
    ['support', 'last4', 'unknown_view', ['last4', '4242']],
    ['support', 'expiry', 'unknown_view', ['expiry', '2030-01']],
  ])('%s asks for the view %s', async (role, view, email, card) => {
    const tokens = await store(EMAIL, CARD);

    expect(await reveal(role, tokens, view)).toEqual([email, card]);
  });

  test('several views of a token are answered each by itself, in order; the record is opened once, and the log names them', async () => {
    const [email, card] = (await store(EMAIL, CARD)) as [Token, Token];
    const ask = async (role: Role, views: string[], tokens = [email, card]) =>
      (await detokenize(here.vault, await here.as(role), { tokens, purpose: 'billing', views })).results;
    const shown = (results: Awaited<ReturnType<typeof ask>>) =>
      results.map((one) => [one.token, one.view, 'error' in one ? one.error.code : one.value]);

    expect(shown(await ask('support', ['masked', 'last4', 'plain', 'bin']))).toEqual([
      [email, 'masked', 'a***@example.com'],
      ...['last4', 'plain', 'bin'].map((view) => [email, view, view === 'plain' ? 'not_allowed' : 'unknown_view']),
      [card, 'masked', '**** **** **** 4242'],
      [card, 'last4', '4242'],
      [card, 'plain', 'not_allowed'],
      [card, 'bin', 'not_allowed'],
    ]);
    expect(await here.lastEntry()).toMatchObject({ outcome: 'done', view: 'masked,last4', code: 'not_allowed' });
    const { keyStore } = here.vault;
    let opened = 0;
    const reader = withParts(keyStore.reader, {
      find: (async (of: { table: { name: string } }, keys: never) => {
        if (of.table.name === 'record_keys') opened += (keys as unknown[]).length;
        return keyStore.reader.find(of as never, keys);
      }) as never,
    });
    const counted = withParts(here.vault, { keyStore: withParts(keyStore, { reader }) });
    const app = await here.as('app');
    await detokenize(counted, app, { tokens: [card], purpose: 'billing', views: ['plain', 'masked', 'last4', 'bin'] });
    expect(opened).toBe(1);
    expect(await here.lastEntry()).toMatchObject({ outcome: 'done', view: 'plain', code: null });
    expect(shown(await ask('support', ['plain', 'bin'], [card]))).toEqual([
      [card, 'plain', 'not_allowed'],
      [card, 'bin', 'not_allowed'],
    ]);
    expect(await here.lastEntry()).toMatchObject({ outcome: 'refused', view: null, code: 'not_allowed' });
  });

  test('several views take one use of a limited token, and none where every view is refused', async () => {
    const [limited] = (await store({ ...CARD, uses: 2 })) as [Token];
    const ask = async (views: string[]) =>
      (
        await detokenize(here.vault, await here.as('support'), { tokens: [limited], purpose: 'billing', views })
      ).results.map((one) => ('error' in one ? one.error.code : one.value));
    expect(await ask(['plain', 'nothing'])).toEqual(['not_allowed', 'unknown_view']);
    expect(await ask(['masked', 'last4', 'plain'])).toEqual(['**** **** **** 4242', '4242', 'not_allowed']);
    expect(await ask(['last4', 'expiry'])).toEqual(['4242', '2030-01']);
    expect(await ask(['last4', 'expiry'])).toEqual(['token_used_up', 'token_used_up']);
  });

  test.each<Role>(['admin', 'auditor', 'security'])('%s is shown nothing, and its refusal is audited', async (role) => {
    const tokens = await store(EMAIL);
    for (const view of ['plain', 'masked', undefined]) {
      await expect(reveal(role, tokens, view)).rejects.toMatchObject({ code: 'not_allowed' });
      expect(await here.lastEntry()).toMatchObject({ action: 'detokenize', outcome: 'refused', code: 'not_allowed' });
    }
  });

  test('a purpose that is not the caller’s own shows nothing, of any token', async () => {
    const tokens = await store(EMAIL);
    for (const purpose of ['marketing', 'billing2', 'Billing']) {
      await expect(reveal('app', tokens, 'masked', purpose)).rejects.toMatchObject({ code: 'purpose_not_allowed' });
      expect(await here.lastEntry()).toMatchObject({ outcome: 'refused', code: 'purpose_not_allowed', purpose: null });
    }
  });

  test('the entry names the records shown, the widest view and the purpose; refusals by their code', async () => {
    const { results } = await tokenize(here.vault, await here.as('app'), { items: [EMAIL, CARD] });
    const [email, card] = results;
    const tokens = results.map(({ token }) => token);

    await reveal('app', tokens);
    expect(await here.lastEntry()).toMatchObject({
      ...{ action: 'detokenize', outcome: 'done', code: null, view: 'plain', purpose: 'billing' },
      records: [email?.record, card?.record],
    });
    await reveal('support', tokens, 'last4');
    expect(await here.lastEntry()).toMatchObject({
      outcome: 'done',
      view: 'last4',
      records: [card?.record],
    });
    await reveal('support', tokens, 'plain');
    expect(await here.lastEntry()).toMatchObject({ outcome: 'refused', code: 'not_allowed', view: null });
  });

  describe('of two values of which one is damaged', () => {
    const damaged = async () => {
      const { results } = await tokenize(here.vault, await here.as('app'), { items: [EMAIL, CARD] });
      const [bad, good] = results;
      const cut = `UPDATE records SET sealed = substr(sealed, 1, 60) WHERE record = '${bad?.record}'`;
      await tell(here.home.recordStoreUrl, cut);
      const alarms: unknown[] = [];
      here.vault.signals.on('integrityFailure', ({ record }) => alarms.push(record));
      return { bad, good, alarms, body: { tokens: results.map(({ token }) => token), purpose: 'billing' } };
    };
    const newestEntries = async () =>
      (await here.entries()).slice(-2).map(({ outcome, code, records }) => [outcome, code, records]);

    test('the other is shown; the damage is an alarm, and has an entry of its own', async () => {
      const { bad, good, alarms, body } = await damaged();

      const { results } = await detokenize(here.vault, await here.as('app'), body);

      expect(results.map((result) => ('error' in result ? result.error.code : result.value))).toEqual([
        'integrity_failure',
        CARD.value,
      ]);
      expect(alarms).toEqual([bad?.record]);
      expect(await newestEntries()).toEqual([
        ['done', null, [good?.record]],
        ['failed', 'integrity_failure', [bad?.record]],
      ]);
    });

    test('because its store was replaced: the call says so, shows nothing, and raises no alarm', async () => {
      const { alarms, body } = await damaged();
      const lookInPlace = () =>
        Promise.reject(new UnavailableError('store_replaced', 'Another store is in its place.'));

      const call = detokenize(withParts(here.vault, { lookInPlace }), await here.as('app'), body);

      await expect(call).rejects.toMatchObject({ code: 'store_replaced' });
      expect(alarms).toEqual([]);
    });
  });

  test('two tokens of one record are both answered from it', async () => {
    const [token] = await store(EMAIL);

    expect(await reveal('app', [token, token, token])).toEqual(Array(3).fill(['plain', EMAIL.value]));
    const entry = await here.lastEntry();
    expect(entry?.records).toHaveLength(1);
  });
});
