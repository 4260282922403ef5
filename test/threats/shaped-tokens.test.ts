/**
 * Tokens that take after the value they stand for: told to nobody who could not see as much of the value, and never
 * showing what the value no longer is.
 */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import { holdsNoCardNumber } from '../../src/card-like.ts';
import type { RecordId } from '../../src/ids.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { describeRecord } from '../../src/operations/values/describe-record.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { stage, withParts } from '../support/home.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { type Tokenized, tokenize } from '../support/tokenize.ts';
import { openTestVault, type TestVault } from '../support/vault.ts';
import { handOn } from './hand.ts';

const OLD = '4242424242424242';
const NEW = '5555555555554444';
/** Another number that ends as the old one does. */
const ALIKE = Array.from({ length: 10 }, (_, i) => `40000000000${i}4242`).find((text) => !holdsNoCardNumber(text))!;
const card = (number: string, more = {}) => ({ number, expiryMonth: 7, expiryYear: 2030, ...more });

async function scene(engine: Engine) {
  const vault = await openTestVault({ engine });
  const [stored] = await vault.as('app').tokenize({ type: 'card', value: card(OLD), subject: 'cust_1' } as never);
  const record = stored?.record as string;
  const mint = (options: object, caller = vault.as('app')) => caller.call('post', '/v1/tokens', { record, ...options });
  const correct = (value: unknown, caller = vault.as('app')) =>
    caller.call('patch', `/v1/records/${record}`, { value });
  return { vault, app: vault.as('app'), record, subject: stored?.subject as string, mint, correct };
}

/** A caller that may see nothing of any value, for it has no purpose. */
async function withoutPurpose(vault: TestVault, role = 'app') {
  const { body } = await vault.admin.call('post', '/v1/principals', { name: `no-purpose-${role}`, role });
  return vault.withKey(body.apiKey);
}

describe.each(ENGINES)('on %s', (engine) => {
  test('a caller with no purpose is minted no token that takes after the value, nor told of one in a list', async () => {
    const { vault, app, record, subject, mint } = await scene(engine);
    const nobody = await withoutPurpose(vault);
    const [note, iban] = await app.tokenize(
      { type: 'text', value: 'a note' },
      { type: 'iban', value: 'DE89370400440532013000', subject: 'cust_1' },
    );

    for (const format of ['card', 'digits', 'iban']) {
      for (const of of [record, note?.record, iban?.record]) {
        const { status, body } = await mint({ record: of, format }, nobody);
        expect([format, status, body.code]).toEqual([format, 403, 'not_allowed']);
      }
    }
    for (const format of ['random', 'uuid']) expect((await mint({ format }, nobody)).status).toBe(201);
    const [{ body: shown }, { body: digits }, { body: plain }] = [
      await mint({ format: 'card' }),
      await mint({ format: 'digits', audience: 'crm' }),
      await mint({}),
    ];
    expect(shown.token).toMatch(/^0\d{11}4242$/);

    const support = [await withoutPurpose(vault, 'support'), vault.as('support')] as const;
    for (const [caller, isTold] of [
      [nobody, false],
      [support[0], false],
      [support[1], true],
      [app, true],
    ] as const) {
      const { body: described } = await caller.call('get', `/v1/records/${record}`);
      const { body: whole } = await caller.call('get', `/v1/subjects/${subject}`);
      for (const listed of [described.tokens.map(({ token }: { token: string }) => token), whole.records[0].tokens]) {
        expect(listed).toContain(plain.token);
        expect([listed.includes(shown.token), listed.includes(digits.token)]).toEqual([isTold, isTold]);
      }
    }
    const last = await vault.auditEntries();
    expect(last.filter(({ action, outcome }) => action === 'mint_token' && outcome === 'refused')).toHaveLength(9);
  });

  test('a card is not corrected to another while a token ends as the old one does: nothing is changed, and the answer says what to do', async () => {
    const { vault, app, record, mint, correct } = await scene(engine);
    const { body: forShop } = await mint({ format: 'card', audience: 'shop' });
    const refused = await correct(card(NEW));

    expect([refused.status, refused.body.code]).toEqual([409, 'token_outdated']);
    expect(refused.body.detail).toContain('DELETE /v1/tokens/{token}');
    expect(refused.text).not.toMatch(/4242|4444/);
    expect((await app.call('get', `/v1/records/${record}`)).body.version).toBe(1);
    expect(await handOn(vault.vault.keyStore).rows('correction_keys')).toEqual([]);
    expect((await app.detokenize(forShop.token)).body.results[0].value.number).toBe(OLD);

    await app.call('delete', `/v1/tokens/${forShop.token}`);
    expect((await correct(card(NEW))).body).toMatchObject({ version: 2, masked: '**** **** **** 4444' });
    expect((await mint({ format: 'card', audience: 'shop' })).body.token).toMatch(/^0\d{11}4444$/);
    expect((await correct(card(OLD))).body.code).toBe('token_outdated');
  });

  test('what such a token shows may stay, so may tokens that show nothing, and those that have ended are in nobody’s way', async () => {
    const { vault, mint, correct } = await scene(engine);
    await mint({ format: 'card', ttlSeconds: 60 });
    for (const value of [card(OLD, { holder: 'Ada Example' }), card(OLD, { expiryYear: 2031 }), card(ALIKE)]) {
      expect((await correct(value)).status).toBe(200);
    }
    expect((await correct(card(NEW))).status).toBe(409);
    vault.advance(60_000);
    await mint({ format: 'digits' });
    await mint({ format: 'uuid' });
    expect((await correct(card('378282246310005'))).status).toBe(200);
  });

  test('whoever may see nothing of the card learns no digits of it by trying corrections', async () => {
    const { vault, app, record, mint, correct } = await scene(engine);
    const nobody = await withoutPurpose(vault);
    const { body: shown } = await mint({ format: 'card' });
    const said: object[] = [];
    for (const number of [NEW, ALIKE, OLD]) {
      const { status, body } = await correct(card(number), nobody);
      said.push({ ...body, status, request: undefined });
    }
    expect(said).toEqual([said[0], said[0], said[0]]);
    expect(said[0]).toMatchObject({ status: 409, code: 'token_outdated' });
    expect((await app.call('get', `/v1/records/${record}`)).body.version).toBe(1);

    await app.call('delete', `/v1/tokens/${shown.token}`);
    expect((await correct(card(NEW), nobody)).status).toBe(200);
  });

  test('no token drawn while the card is corrected shows the digits of the old one', async () => {
    const { app, record, mint, correct } = await scene(engine);
    let minted = 0;
    for (let round = 0; round < 12; round++) {
      const [{ status }] = await Promise.all([
        mint({ format: 'card', ttlSeconds: 3_600, uses: 5 }),
        correct(card(round % 2 === 0 ? NEW : OLD)),
        mint({ format: 'card', ttlSeconds: 3_600, uses: 5 }),
      ]);
      expect([201, 409]).toContain(status);
      if (status === 201) minted += 1;
      const { body } = await app.call('get', `/v1/records/${record}`);
      const shown = body.tokens.filter(({ format, state }: Listed) => format === 'card' && state === 'live');
      const { results } = (await app.detokenize(shown.map(({ token }: Listed) => token))).body;
      for (const { token, value } of results) expect(token.slice(-4)).toBe(value.number.slice(-4));
      for (const { token } of shown) await app.call('delete', `/v1/tokens/${token}`);
    }
    expect(minted).toBeGreaterThan(0);
  });
});

describe.each(ENGINES)('where calls meet, on %s', (engine) => {
  const here = stage(engine);
  /** The vault as a call meets it before whose first commit another call comes. */
  const metBy = (other: () => Promise<unknown>) => {
    const { recordStore } = here.vault;
    let waits = true;
    const late = (run: (work: never) => Promise<unknown>) => async (work: never) => {
      const isFirst = waits;
      waits = false;
      if (isFirst) await other();
      return run.call(recordStore, work);
    };
    const slow = { exclusive: late(recordStore.exclusive as never), shared: late(recordStore.shared as never) };
    return withParts(here.vault, { recordStore: withParts(recordStore, slow as never) });
  };
  const stored = async () => {
    const body = { items: [{ type: 'card', value: card(OLD) }] };
    const { results } = await tokenize(here.vault, await here.as('app'), body);
    return (results[0] as Tokenized).record;
  };
  const mint = async (vault: Vault, record: RecordId) =>
    mintToken(vault, await here.as('app'), { record, format: 'card' });
  const correctTo = async (vault: Vault, record: RecordId, number: string) =>
    correct(vault, await here.as('app'), { record, value: card(number) });

  test('a token that was drawn before a correction and is stored after it is drawn anew', async () => {
    const record = await stored();
    const vault = metBy(() => correctTo(here.vault, record, NEW));

    expect((await mint(vault, record)).token).toMatch(/^0\d{11}4444$/);
  });

  test('a correction that finds no such token, and commits after one was minted, is refused and changes nothing', async () => {
    const record = await stored();
    const vault = metBy(() => mint(here.vault, record));

    await expect(correctTo(vault, record, NEW)).rejects.toMatchObject({ kind: 'conflict', code: 'token_outdated' });
    await runBackgroundOnce(here.vault);
    expect((await describeRecord(here.vault, await here.as('app'), { record })).version).toBe(1);
    expect((await mint(here.vault, record)).token).toMatch(/^0\d{11}4242$/);
  });
});

interface Listed {
  readonly token: string;
  readonly format: string;
  readonly state: string;
}
