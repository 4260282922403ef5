/** Is it what somebody says? Yes or no, in equal steps, so many times, and nothing shown. */
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/access/roles.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { PERSON, SAID_FEW } from '../../src/guesses/limits.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { match } from '../../src/operations/values/match.ts';
import { stage } from '../support/home.ts';
import { spiedVault } from '../support/statements.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

const BORN = '1990-07-21';
const address = { line1: 'Am Sonnenhang 44b', city: 'Berlin', postalCode: '10115', country: 'DE' };

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  let people = 0;
  /** Somebody new, by whom no other test has guessed. */
  const person = async (values: Record<string, unknown>, more: object = {}) => {
    people += 1;
    const subject = `person ${people}`;
    const items = Object.entries(values).map(([type, value]) => ({ type, value: value as never, subject, ...more }));
    return { subject, stored: (await tokenize(here.vault, await here.as('app'), { items })).results };
  };
  type Of = { readonly token: unknown } | { readonly subject: string; readonly type: string; readonly label?: string };
  const ask = async (of: Of, value: unknown, more: object = {}, as: Role | Caller = 'support', vault = here.vault) => {
    try {
      const asked = { purpose: 'support', ...of, value, ...more } as never;
      return (await match(vault, typeof as === 'string' ? await here.as(as) : as, asked)).matches;
    } catch (error) {
      const { code, field } = error as { code?: string; field?: string };
      if (code === undefined) throw error;
      return field === undefined ? code : `${code} ${field}`;
    }
  };

  test('a value is compared as search compares it, and a part by what the type declares', async () => {
    const values: [string, unknown, yes: unknown[], no: unknown[], parts: [string, unknown, unknown][]][] = [
      [
        'email',
        'Mike@example.com',
        ['mike@EXAMPLE.com'],
        ['mıke@example.com'],
        [['domain', 'example.com', 'example.org']],
      ],
      [
        'name',
        { given: 'Renée', family: 'O’Brien' },
        [{ given: 'RENÉE', family: "o'brien" }],
        [{ given: 'Renée' }],
        [['family', "O'BRIEN", 'Brian']],
      ],
      ['username', 'straße', ['STRAßE'], ['strasse'], []],
      ['date_of_birth', BORN, ['１９９０-07-21'], ['1990-07-12'], [['year', ' 1990', '1991']]],
      ['phone', '+44 20 7946 0958', [{ number: '020 7946 0958', country: 'GB' }], ['+44 20 7946 0959'], []],
      ['iban', 'DE89 3704 0044 0532 0130 00', ['de89370400440532013000'], ['gb29nwbk60161331926819'], []],
      [
        'address',
        address,
        [{ ...address, city: 'BERLIN' }],
        [{ ...address, city: 'Bonn' }],
        [['postal_code', 'DE-10115', '10117']],
      ],
      [
        'bank_account',
        { bic: 'DEUTDEFF', accountNumber: '0532013000' },
        [{ bic: 'DEUTDEFFXXX', accountNumber: '0532013000' }],
        [{ bic: 'DEUTDEFF', accountNumber: '0532013001' }],
        [['last4', '3000', '3001']],
      ],
      [
        'card',
        { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 },
        [],
        [],
        [['last4', '４２４２', '4243']],
      ],
      ['text', 'blue', ['blue'], ['green'], []],
    ];
    for (const [type, value, yes, no, parts] of values) {
      const { subject, stored } = await person({ [type]: value });
      for (const of of [{ token: stored[0]?.token }, { subject, type }, { subject: stored[0]?.subject ?? '', type }]) {
        for (const said of yes) expect([type, said, await ask(of, said)]).toEqual([type, said, true]);
        for (const [part, said] of parts)
          expect([type, part, await ask(of, said, { part })]).toEqual([type, part, true]);
      }
      const of = { subject, type };
      for (const said of no) expect([type, said, await ask(of, said)]).toEqual([type, said, false]);
      for (const [part, , said] of parts)
        expect([type, part, await ask(of, said, { part })]).toEqual([type, part, false]);
    }
  });

  test('a telephone number is heard, and corrected, in the national form of a country', async () => {
    const { subject, stored } = await person({ phone: '+44 20 7946 0958' });
    const of = { subject, type: 'phone' };
    expect(await ask(of, '020 7946 0958')).toBe('invalid_value value');
    expect(await ask(of, '020 7946 0958', { country: 'GB' })).toBe(true);
    const right = { record: stored[0]?.record as never, value: '020 7946 0959', country: 'GB' };
    const app = { ...(await here.as('app')), idempotencyKey: `national ${engine}` };
    const [first, again] = [await correct(here.vault, app, right), await correct(here.vault, app, right)];
    expect(again).toEqual(first);
    expect(first).toMatchObject({ version: 2, masked: '+44 *** *** **59' });
    expect(await ask(of, '+44 20 7946 0959')).toBe(true);
  });

  test('the entry says what was compared and whether it was right, and no more', async () => {
    const { stored } = await person({ email: 'ada@example.com' });
    const [email] = stored;
    const entry = { action: 'match', outcome: 'done', purpose: 'support', view: null, subject: email?.subject };
    for (const [said, code, guesses] of [
      ['ada@example.com', 'matched', null],
      ['eda@example.com', 'not_matched', 1],
    ]) {
      await ask({ token: email?.token }, said, { reason: 'case 4711' });
      expect(await here.lastEntry()).toMatchObject({
        ...entry,
        code,
        guesses,
        records: [email?.record],
      });
    }
    expect(JSON.stringify(await here.lastEntry())).not.toMatch(/example|4711/);
  });

  test('whoever has no such value, or is nobody, answers no; of several any may be right, and a label says which', async () => {
    const { subject } = await person({ email: 'home@example.com' }, { label: 'home' });
    await tokenize(here.vault, await here.as('app'), {
      items: [{ type: 'email', value: 'work@example.com', subject, label: 'work' }],
    });
    const type = 'email';
    expect(await ask({ subject, type }, 'work@example.com')).toBe(true);
    expect(await ask({ subject, type, label: 'home' }, 'home@example.com')).toBe(true);
    expect(await ask({ subject, type, label: 'home' }, 'work@example.com')).toBe(false);
    for (const nobody of [
      { subject: 'nobody', type },
      { subject, type: 'phone' },
      { subject: 'sub_01m81j18g0ewqr325zy4z929z5', type },
    ]) {
      expect(await ask(nobody, nobody.type === type ? 'work@example.com' : '+44 20 7946 0958')).toBe(false);
    }
  });

  test('what has ended is not compared; a correction counts at once; no use is taken', async () => {
    const app = await here.as('app');
    const { subject, stored } = await person({ email: 'old@example.com' }, { uses: 1 });
    const [email] = stored;
    const token = { token: email?.token };
    await correct(here.vault, app, { record: email?.record as never, value: 'new@example.com' });
    expect([await ask(token, 'old@example.com'), await ask(token, 'new@example.com')]).toEqual([false, true]);
    await revokeToken(here.vault, app, { token: email?.token as never });
    expect(await ask(token, 'new@example.com')).toBe('token_revoked');
    expect(await ask({ subject, type: 'email' }, 'new@example.com')).toBe(false);
    await mintToken(here.vault, app, { record: email?.record as never });
    expect(await ask({ subject, type: 'email' }, 'new@example.com')).toBe(true);
    await erase(here.vault, app, { ref: subject });
    expect(await ask({ subject, type: 'email' }, 'new@example.com')).toBe(false);
    expect(await ask({ token: 'tok_unknown' }, 'x@example.com')).toBe('token_not_found');
    expect(await ask(token, 'x@example.com', {}, await here.inTenant('other', 'support'))).toBe('token_not_found');
  });

  test('it needs a purpose, the right to see the value masked, and a type that is revealed to somebody', async () => {
    const { subject, stored } = await person({ email: 'eve@example.com', password: 'correct horse battery staple' });
    const of = { subject, type: 'email' };
    expect(await ask(of, 'eve@example.com', { purpose: 'marketing' })).toBe('purpose_not_allowed purpose');
    for (const role of ['admin', 'auditor', 'security'] as const) {
      expect([role, await ask(of, 'eve@example.com', {}, role)]).toEqual([role, 'not_allowed']);
    }
    expect(await ask({ subject, type: 'password' }, 'correct horse battery staple')).toBe('never_revealed');
    expect(await ask({ token: stored[1]?.token }, 'correct horse battery staple')).toBe('never_revealed');
    expect(await ask({ subject, type: 'cvc' }, '123')).toBe('option_not_offered type');
    // As in a search: with the last four, which a desk sees, the whole number would leave few.
    const card = { number: '4242424242424242', expiryMonth: 1, expiryYear: 2030 };
    expect(await ask({ subject, type: 'card' }, card)).toBe('not_allowed');
    expect(await ask({ subject, type: 'card' }, '424242', { part: 'bin' })).toBe('not_allowed');
    expect(await ask(of, 'x', { part: 'street' })).toBe('unknown_part part');
    expect(await ask(of, 'eve@example.com', { country: 'GB' })).toBe('option_not_offered country');
    expect(await ask(of, 'no address')).toBe('invalid_value value');
    expect(await ask({ subject, type: 'nothing' }, 'x')).toBe('unknown_type type');
  });

  test('where the tenant keeps a lesser form, what is said is cut likewise', async () => {
    const app = await here.inTenant('keeps-years', 'app');
    const admin = await here.inTenant('keeps-years', 'admin');
    const { setKeep } = await import('../../src/operations/types/set-keep.ts');
    await setKeep(here.vault, admin, { type: 'date_of_birth', keep: 'year' });
    await tokenize(here.vault, app, { items: [{ type: 'date_of_birth', value: BORN, subject: 'kept' }] });
    const of = { subject: 'kept', type: 'date_of_birth' };
    expect([await ask(of, '1990-12-24', {}, app), await ask(of, '1991-07-21', {}, app)]).toEqual([true, false]);
    expect(await ask(of, '1990', { part: 'year' }, app)).toBe(true);
  });

  test('who is tied to an audience asks by its own tokens alone, and learns from no budget which are one person’s', async () => {
    const app = await here.as('app');
    const { subject, stored } = await person({ date_of_birth: BORN });
    const [other] = (
      await tokenize(here.vault, app, { items: [{ type: 'date_of_birth', value: '1991-01-01', subject }] })
    ).results;
    const crm = { ...(await here.as('support')), audience: 'crm' };
    expect(await ask({ subject, type: 'date_of_birth' }, BORN, {}, crm)).toBe('not_allowed');
    expect(await ask({ token: stored[0]?.token }, BORN, {}, crm)).toBe('token_not_found');
    const mint = async (record: unknown) => {
      const { token } = await mintToken(here.vault, app, { record: record as never, audience: 'crm' });
      return { token };
    };
    const [one, two] = [await mint(stored[0]?.record), await mint(other?.record)];
    for (let i = 0; i < SAID_FEW.limit; i += 1) expect(await ask(one, '1992-02-02', {}, crm)).toBe(false);
    expect([await ask(one, BORN, {}, crm), await ask(two, '1991-01-01', {}, crm)]).toEqual(['too_many_guesses', true]);
  });

  test.each(['support', 'app'] as const)(
    'of %s, five wrong guesses a day at what has few values, by token or by ref',
    async (role) => {
      const { subject, stored } = await person({ date_of_birth: BORN, email: 'few@example.com' });
      const ways = [
        { token: stored[0]?.token },
        { subject, type: 'date_of_birth' },
        { subject: stored[0]?.subject ?? '', type: 'date_of_birth' },
      ];
      const guess = (i: number, value: string, more = {}) => ask(ways[i % 3] as Of, value, more, role);
      for (let i = 0; i < 6; i += 1) expect(await guess(i, BORN)).toBe(true);
      for (let i = 0; i < SAID_FEW.limit; i += 1) expect(await guess(i, '1971-01-17')).toBe(false);
      for (let i = 0; i < 3; i += 1) expect(await guess(i, BORN)).toBe('too_many_guesses');
      expect(await here.lastEntry()).toMatchObject({
        action: 'match',
        outcome: 'failed',
        code: 'too_many_guesses',
        guesses: 1,
      });
      // Parts have a budget of their own, all of them together; other types, and other people, too.
      for (let i = 0; i < SAID_FEW.limit; i += 1) expect(await guess(i, '1971', { part: 'year' })).toBe(false);
      expect(await guess(0, '1990', { part: 'year' })).toBe('too_many_guesses');
      const email = { subject, type: 'email' };
      for (let i = 0; i < PERSON.limit; i += 1) expect(await ask(email, `x${i}@example.com`, {}, role)).toBe(false);
      expect(await ask(email, 'few@example.com', {}, role)).toBe('too_many_guesses');
      // Somebody whom nobody knows is guessed at no more often.
      const nobody = { subject: `nobody of ${role}`, type: 'date_of_birth' };
      for (let i = 0; i < SAID_FEW.limit; i += 1) expect(await ask(nobody, BORN, {}, role)).toBe(false);
      expect(await ask(nobody, BORN, {}, role)).toBe('too_many_guesses');
      here.advance(SAID_FEW.windowMs);
      expect(await guess(0, BORN)).toBe(true);
    },
  );

  test('a right and a wrong value take the same statements and commits', async () => {
    const { subject, stored } = await person({ email: 'same@example.com' });
    await tokenize(here.vault, await here.as('app'), {
      items: [{ type: 'email', value: 'second@example.com', subject }],
    });
    const { vault, seen } = spiedVault(here.vault);
    const steps = async (of: Of, value: string) => {
      seen.length = 0;
      await ask(of, value, {}, 'support', vault);
      return [...seen];
    };
    for (const of of [{ token: stored[0]?.token }, { subject, type: 'email' }]) {
      await steps(of, 'wrong@example.com');
      const wrong = await steps(of, 'wrong@example.com');
      expect(wrong.filter((step) => /^(shared|exclusive) /.test(step))).toHaveLength(2);
      expect(await steps(of, 'same@example.com')).toEqual(wrong);
    }
  });
});
