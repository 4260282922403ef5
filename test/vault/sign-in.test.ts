/** Verifying by a name: who a name leads to, that no answer tells whether it leads anywhere, and what tries cost. */
import { describe, expect, test, vi } from 'vitest';
import type { Caller } from '../../src/calls/caller.ts';
import { argon2id } from '../../src/crypto/kdf.ts';
import { PasswordHasher } from '../../src/crypto/password-hash.ts';
import { formatPhc, parsePhc } from '../../src/crypto/phc.ts';
import { UnavailableError } from '../../src/errors.ts';
import { RECORD } from '../../src/guesses/limits.ts';
import { validate } from '../../src/http/validate.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { declareType } from '../../src/operations/types/declare-type.ts';
import { setKeep } from '../../src/operations/types/set-keep.ts';
import { VerifyBody } from '../../src/operations/values/asked-schema.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { verify } from '../../src/operations/values/verify.ts';
import { definition } from '../datatypes/definitions.ts';
import { stage, withParts } from '../support/home.ts';
import { spiedVault } from '../support/statements.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { QUICK_PASSWORDS } from '../support/vault.ts';

const RIGHT = 'correct horse battery staple';
const WRONG = 'incorrect horse battery staple';
/** As another system made its verifiers; not those of the tests' vaults. */
const ELSEWHERE = { memoryKiB: 16, passes: 3, parallelism: 1 };

async function phcOf(password: string): Promise<string> {
  const salt = Buffer.alloc(16, 7);
  const tag = await argon2id({ ...ELSEWHERE, message: Buffer.from(password), salt, tagBytes: 32 });
  return formatPhc({ params: ELSEWHERE, salt, tag });
}

type By = { readonly subject: string } | { readonly search: { readonly type: string; readonly value: unknown } };
const named = (value: unknown, type = 'username'): By => ({ search: { type, value } });

test('a body that has none of the forms is told what is wrong with the one that it comes closest to', () => {
  const fault = (body: unknown) => {
    try {
      return validate(VerifyBody, body);
    } catch (error) {
      return (error as { field?: string }).field;
    }
  };
  const name = { search: { type: 'username', value: 'eve' }, type: 'password', value: RIGHT };
  expect([fault(name), fault({ ...name, purpose: 'For Sign-In' })]).toEqual(['purpose', 'purpose']);
  expect(fault({ ...name, search: { type: 'username', value: 'eve', part: 'x' }, purpose: 'p' })).toBe('search/part');
  expect(fault({ subject: '', type: 'password', value: RIGHT, purpose: 'p' })).toBe('subject');
  expect(fault({ token: 'tok_x', value: RIGHT, purpose: 'p' })).toBe('purpose');
});

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (subject: string, values: Record<string, unknown>, more: object = {}) => {
    const items = Object.entries(values).map(([type, value]) => ({ type, value: value as never, subject, ...more }));
    return (await tokenize(here.vault, await here.as('app'), { items })).results;
  };
  const ask = async (by: By, value: unknown = RIGHT, more: object = {}, vault = here.vault, caller?: Caller) => {
    try {
      const asked = { ...by, type: 'password', value, purpose: 'support', ...more } as never;
      return await verify(vault, caller ?? (await here.as('app')), asked);
    } catch (error) {
      const { code, field } = error as { code?: string; field?: string };
      if (code === undefined) throw error;
      return field === undefined ? code : `${code} ${field}`;
    }
  };
  const NO = { verified: false };

  test('a name in any spelling, a ref or an id leads to the person’s password, and the answer names both', async () => {
    const [, , stored] = await store('ada', { username: 'Ada.L', email: 'Ada@Example.com', password: RIGHT });
    const yes = { verified: true, subject: stored?.subject, token: stored?.token };
    const ways = [
      ...[named('ada.l'), named('ＡＤＡ.l'), named('ada@example.COM', 'email')],
      ...[{ subject: 'ada' }, { subject: stored?.subject ?? '' }],
    ];
    for (const by of ways) {
      expect([by, await ask(by)]).toEqual([by, yes]);
      expect(await here.lastEntry()).toMatchObject({
        ...{ action: 'verify', outcome: 'done', code: 'verified', purpose: 'support', subject: stored?.subject },
        ...{ records: [stored?.record], guesses: null },
      });
      expect([by, await ask(by, WRONG)]).toEqual([by, NO]);
      expect(await here.lastEntry()).toMatchObject({
        ...{ action: 'verify', outcome: 'done', code: 'not_verified', records: [], subject: null, guesses: 1 },
      });
    }
  });

  test('names that lead nowhere, or to more than one, answer as a wrong password does, and so does the log', async () => {
    await store('lone', { username: 'lone' });
    await store('gone', { username: 'gone', password: RIGHT });
    await erase(here.vault, await here.as('app'), { ref: 'gone' });
    for (const twin of ['twin-1', 'twin-2']) await store(twin, { username: 'twin', password: RIGHT });
    await store('two', { username: 'two', password: RIGHT });
    await store('two', { password: 'another of theirs' }, { label: 'desk' });
    const [, ended] = await store('ended', { username: 'ended', password: RIGHT });
    await revokeToken(here.vault, await here.as('app'), { token: ended?.token as never });
    await tokenize(here.vault, await here.as('app'), { items: [{ type: 'username', value: 'of.nobody' }] });
    await store('right', { username: 'right', password: RIGHT });

    const entryOf = async () => {
      const { entry, at, request, ...rest } = (await here.lastEntry()) as Record<string, unknown>;
      return rest;
    };
    expect(await ask(named('right'), WRONG)).toEqual(NO);
    const wrong = await entryOf();
    const nowhere = ['nobody', 'lone', 'gone', 'twin', 'two', 'ended', 'of.nobody'];
    for (const by of [...nowhere.map((name) => named(name)), { subject: 'nobody' }, { subject: 'gone' }]) {
      expect([by, await ask(by)]).toEqual([by, NO]);
      expect([by, await entryOf()]).toEqual([by, wrong]);
    }
    // Which of several is meant says the label.
    expect(await ask(named('two'), 'another of theirs', { label: 'desk' })).toMatchObject({ verified: true });
    expect(await ask(named('two'), RIGHT, { label: 'desk' })).toEqual(NO);
  });

  test('from the order of an erasure on nobody signs in as that person, also while every key is still there', async () => {
    const [, , stored] = await store('going', { username: 'going', email: 'going@example.com', password: RIGHT });
    const down = withParts(here.vault.keyStore, { exclusive: () => Promise.reject(new Error('down')) });
    const app = await here.as('app');
    const { state } = await erase(withParts(here.vault, { keyStore: down }), app, {
      records: [stored?.record as never],
    });
    expect(state).toBe('ordered');
    for (const by of [named('going'), { subject: 'going' }]) expect([by, await ask(by)]).toEqual([by, NO]);
  });

  test('what is beyond the places that are looked at lets nobody in: not a ninth person of a name, nor a ninth password', async () => {
    const crowd: (string | undefined)[] = [];
    const passwords: (string | undefined)[] = [];
    await store('has.nine', { username: 'has.nine' });
    for (let i = 0; i < 9; i += 1) {
      crowd.push((await store(`of nine ${i}`, { username: 'nine', password: RIGHT }))[0]?.token);
      passwords.push((await store('has.nine', { password: RIGHT }))[0]?.token);
      here.advance(5);
    }
    // Of the first eight one alone counts.
    const app = await here.as('app');
    for (const token of [...crowd.slice(1, 8), ...passwords.slice(1, 8)]) {
      await revokeToken(here.vault, app, { token: token as never });
    }
    for (const name of ['nine', 'has.nine']) expect([name, await ask(named(name))]).toEqual([name, NO]);
  });

  test('after a correction the new password signs in, and the old one does not', async () => {
    const [, stored] = await store('changes', { username: 'changes', password: RIGHT });
    await correct(here.vault, await here.as('app'), { record: stored?.record as never, value: 'a new one of hers' });
    expect(await ask(named('changes'))).toEqual(NO);
    expect(await ask(named('changes'), 'a new one of hers')).toMatchObject({ verified: true });
  });

  test('it needs a purpose of the caller’s own, a verifier to compare with, and a name that one person has', async () => {
    await store('eve', { username: 'eve', password: RIGHT });
    const by = named('eve');
    expect(await ask(by, RIGHT, { purpose: 'marketing' })).toBe('purpose_not_allowed purpose');
    expect(await ask({ subject: 'eve' }, RIGHT, { purpose: 'marketing' })).toBe('purpose_not_allowed purpose');
    expect(await ask(by, RIGHT, { type: 'username' })).toBe('invalid_request type');
    expect(await ask(by, RIGHT, { type: 'nothing' })).toBe('unknown_type type');
    expect(await ask(by, { phc: await phcOf(RIGHT) })).toBe('invalid_value value');
    expect(await ask(named('two words'))).toBe('invalid_value search/value');
    expect(await ask(named('x', 'nothing'))).toBe('unknown_type search/type');
    expect(await ask(named('1990-07-21', 'date_of_birth'))).toBe('not_searchable search/type');
    expect(await ask(named({ given: 'Eve', family: 'Lund' }, 'name'))).toBe('not_searchable search/type');
    expect(await ask(named(RIGHT, 'password'))).toBe('not_searchable search/type');
    for (const role of ['support', 'receiver', 'admin', 'auditor', 'security'] as const) {
      const caller = role === 'receiver' ? { ...(await here.as('app')), role } : await here.as(role);
      expect([role, await ask(by, RIGHT, {}, here.vault, caller)]).toEqual([role, 'not_allowed']);
    }
    const other = await here.inTenant('other', 'app');
    expect(await ask(by, RIGHT, {}, here.vault, other)).toEqual(NO);
  });

  test('who is tied to an audience signs in by its own tokens, is told no subject, and names none', async () => {
    const [name, stored] = await store('tied', { username: 'tied', password: RIGHT });
    const app = await here.as('app');
    const crm = { ...app, audience: 'crm' };
    const mint = async (record: unknown) =>
      (await mintToken(here.vault, app, { record: record as never, audience: 'crm' })).token;
    expect(await ask({ subject: 'tied' }, RIGHT, {}, here.vault, crm)).toBe('not_allowed');
    expect(await ask(named('tied'), RIGHT, {}, here.vault, crm)).toEqual(NO);
    await mint(name?.record);
    expect(await ask(named('tied'), RIGHT, {}, here.vault, crm)).toEqual(NO);
    const token = await mint(stored?.record);
    expect(await ask(named('tied'), RIGHT, {}, here.vault, crm)).toEqual({ verified: true, token });
  });

  test.each(['as this vault makes them', 'brought along'] as const)(
    'verifiers %s: every name takes the same computations, statements and commits',
    async (how) => {
      const password = how === 'brought along' ? { phc: await phcOf(RIGHT) } : RIGHT;
      const tenant = await here.inTenant(how === 'brought along' ? 'came-along' : 'own', 'app');
      const add = (items: object[]) => tokenize(here.vault, tenant, { items: items as never });
      const person = (subject: string, value = password) => [
        { type: 'username', value: subject, subject },
        { type: 'password', value, subject },
      ];
      await add([...person('jane'), ...person('joan', RIGHT), { type: 'username', value: 'lone', subject: 'lone' }]);
      await add(['one', 'other'].flatMap((s) => [...person(s), { type: 'email', value: 'b@example.com', subject: s }]));
      await add(person('gone'));
      await erase(here.vault, tenant, { ref: 'gone' });
      const kinds = vi.spyOn(PasswordHasher.prototype, 'verify');
      const { vault, seen } = spiedVault(here.vault);
      const steps = async (by: By, value: string) => {
        seen.length = 0;
        kinds.mockClear();
        await ask(by, value, {}, vault, tenant);
        const computed = kinds.mock.calls.map(([spellings, phc]) => [spellings.length, parsePhc(phc).params]);
        return { seen: [...seen], computed };
      };
      // What a process reads once has been read.
      for (const name of ['jane', 'joan', 'lone', 'one', 'other']) await steps({ subject: name }, WRONG);
      const right = await steps(named('jane'), RIGHT);
      for (const name of ['jane', 'joan', 'lone', 'gone', 'nobody', 'one']) {
        expect([name, await steps(named(name), WRONG)]).toEqual([name, right]);
      }
      const crowd = await steps(named('b@example.com', 'email'), RIGHT);
      expect(crowd).toEqual(right);
      const subject = await steps({ subject: 'jane' }, RIGHT);
      for (const name of ['jane', 'lone', 'gone', 'nobody']) {
        expect([name, await steps({ subject: name }, WRONG)]).toEqual([name, subject]);
      }
      const today = [1, QUICK_PASSWORDS.params];
      expect(right.computed).toEqual(how === 'brought along' ? [today, [1, ELSEWHERE]] : [today]);
      expect(right.seen.filter((step) => /^(shared|exclusive) /.test(step))).toHaveLength(2);
    },
  );

  test('verifiers of nobody’s, as one tied to an audience stores and checks them, make nobody’s sign-in dearer', async () => {
    const app = await here.inTenant('heavy', 'app');
    const crm = { ...app, audience: 'crm' };
    const phc = await phcOf(RIGHT);
    const items = [{ type: 'password', value: { phc } }];
    const { results } = await tokenize(here.vault, crm, { items: items as never });
    const token = results[0]?.token as never;
    expect(await verify(here.vault, crm, { token, value: RIGHT })).toEqual({ verified: true });
    const computed = vi.spyOn(PasswordHasher.prototype, 'verify');
    const paramsOf = () => computed.mock.calls.map(([, one]) => parsePhc(one).params);
    expect(await ask(named('nobody'), RIGHT, {}, here.vault, app)).toEqual(NO);
    expect(paramsOf()).toEqual([QUICK_PASSWORDS.params]);
    // A person's does: the time would tell who has such a one.
    await tokenize(here.vault, app, { items: items.map((item) => ({ ...item, subject: 'dear' })) as never });
    computed.mockClear();
    expect(await ask(named('nobody'), RIGHT, {}, here.vault, app)).toEqual(NO);
    expect(paramsOf()).toEqual([QUICK_PASSWORDS.params, ELSEWHERE]);
  });

  test.each(['nobody.known', 'somebody'])('at the name %s ten are tried, however it is spelled', async (name) => {
    const subject = `person of ${name}`;
    await store(subject, { username: name === 'somebody' ? name : 'somebody.else', password: RIGHT });
    const computed = vi.spyOn(PasswordHasher.prototype, 'verify');
    const one = () => ask(named(name.toUpperCase()), WRONG);
    for (let i = 0; i < RECORD.limit; i += 1) expect(await one()).toEqual(NO);
    const before = computed.mock.calls.length;
    expect(await one()).toBe('too_many_guesses');
    expect(await here.lastEntry()).toMatchObject({ outcome: 'failed', code: 'too_many_guesses', guesses: 1 });
    expect(await ask(named(name), RIGHT)).toBe('too_many_guesses');
    expect(await ask(named(name), RIGHT, { label: 'other' })).toBe('too_many_guesses');
    expect(computed).toHaveBeenCalledTimes(before);
    // Only this name is held up, for this caller.
    expect(await ask({ subject })).toMatchObject({ verified: true });
    const another = { ...(await here.as('app')), principal: (await here.as('support')).principal };
    expect(await ask(named(name), WRONG, {}, here.vault, another)).toEqual(NO);
    here.advance(RECORD.windowMs);
    expect(await ask(named(name), WRONG)).toEqual(NO);
  });

  test('spellings that only an earlier version of a type takes for one name have one budget', async () => {
    const admin = await here.as('admin');
    const rules = {
      name: 'x_login',
      maxLength: 8,
      pattern: '[A-Za-z]{8}',
      views: { masked: '********' },
      examples: ['adalinde'],
    };
    await declareType(here.vault, admin, definition({ ...rules, normalise: [], compare: ['ignore_case'] }));
    await store('folded', { x_login: 'adalinde', password: RIGHT });
    await declareType(here.vault, admin, definition({ ...rules, normalise: [], compare: [] }));
    const spelled = (n: number) => [...'adalinde'].map((c, i) => ((n >> i) & 1 ? c.toUpperCase() : c)).join('');
    for (let n = 1; n <= RECORD.limit; n += 1) expect(await ask(named(spelled(n), 'x_login'), WRONG)).toEqual(NO);
    expect(await ask(named(spelled(RECORD.limit + 1), 'x_login'))).toBe('too_many_guesses');
    here.advance(RECORD.windowMs);
    // The right one is forgotten under each of them.
    for (let n = 1; n < RECORD.limit; n += 1) expect(await ask(named(spelled(n), 'x_login'), WRONG)).toEqual(NO);
    expect(await ask(named(spelled(20), 'x_login'))).toMatchObject({ verified: true });
    expect(await ask(named(spelled(21), 'x_login'), WRONG)).toEqual(NO);
    expect(await ask(named(spelled(22), 'x_login'))).toMatchObject({ verified: true });
  });

  test('ten are tried at what is stored, whichever address of a kept network, or spelling of an earlier version, asks', async () => {
    const [app, admin] = [await here.inTenant('lesser', 'app'), await here.inTenant('lesser', 'admin')];
    const crew = {
      ...{ name: 'x_crew', base: 'text', description: 'The name of a post.', category: 'account', maxLength: 20 },
      ...{
        normalise: [],
        spread: 'unique',
        distinct: 1_000_000,
        views: { masked: '***' },
        formats: [],
        examples: ['ab'],
      },
    } as const;
    await declareType(here.vault, admin, { ...crew, compare: ['ignore_case'] } as never);
    await setKeep(here.vault, admin, { type: 'ip', keep: 'network' });
    const post = { type: 'x_crew', value: 'helmsman', subject: 'post' };
    const items = [{ type: 'ip', value: '203.0.113.7', subject: 'kept' }, post].flatMap((item) => [
      ...[item, { type: 'password', value: RIGHT, subject: item.subject }],
    ]);
    await tokenize(here.vault, app, { items: items as never });
    await declareType(here.vault, admin, { ...crew, compare: [] } as never);
    const address = (i: number) => named(`203.0.113.${i + 1}`, 'ip');
    const capital = (i: number) =>
      named([...'helmsman'].map((c, n) => ((i >> n) & 1 ? c.toUpperCase() : c)).join(''), 'x_crew');
    for (const name of [address, capital]) {
      expect(await ask(name(1), RIGHT, {}, here.vault, app)).toMatchObject({ verified: true });
      for (let i = 0; i < RECORD.limit; i += 1) expect(await ask(name(i), WRONG, {}, here.vault, app)).toEqual(NO);
      expect(await ask(name(RECORD.limit), RIGHT, {}, here.vault, app)).toBe('too_many_guesses');
    }
    expect(await ask(named('198.51.100.1', 'ip'), WRONG, {}, here.vault, app)).toEqual(NO);
  });

  test('the right one makes the tries before it forgotten; what was turned away is not counted', async () => {
    await store('forgets', { username: 'forgets', password: RIGHT });
    for (let i = 1; i < RECORD.limit; i += 1) await ask(named('forgets'), WRONG);
    expect(await ask(named('forgets'))).toMatchObject({ verified: true });
    vi.spyOn(PasswordHasher.prototype, 'verify').mockImplementation(async () => {
      throw new UnavailableError('overloaded', 'Too many.');
    });
    for (const name of ['forgets', 'nobody.at.all']) {
      for (let i = 0; i < 3; i += 1) expect(await ask(named(name), WRONG)).toBe('overloaded');
    }
    vi.restoreAllMocks();
    for (let i = 0; i < RECORD.limit; i += 1) expect(await ask(named('forgets'), WRONG)).toEqual(NO);
    expect(await ask(named('forgets'))).toBe('too_many_guesses');
  });

  test('a verifier that was brought along is replaced after the right password by name', async () => {
    await store('brought', { username: 'brought', password: { phc: await phcOf(RIGHT) } });
    // Also where the process has not met such a verifier before.
    const fresh = await here.home.open({ clock: here.now });
    expect(await ask(named('brought'), RIGHT, {}, { ...fresh, later: () => {} })).toMatchObject({ verified: true });
    const later: Promise<unknown>[] = [];
    const run: typeof here.vault.later = (job, work) =>
      here.vault.later(job, () => {
        const done = work();
        later.push(done);
        return done;
      });
    expect(await ask(named('brought'), WRONG, {}, { ...here.vault, later: run })).toEqual(NO);
    expect(later).toEqual([]);
    expect(await ask(named('brought'), RIGHT, {}, { ...here.vault, later: run })).toMatchObject({ verified: true });
    await Promise.all(later);
    expect(later).toHaveLength(1);
    expect(await ask(named('brought'))).toMatchObject({ verified: true });
  });
});
