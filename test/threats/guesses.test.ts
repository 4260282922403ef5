/** Whoever guesses at stored values: what each answer costs, whom it holds up, and what nobody is answered at all. */
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/access/roles.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { openTestVault, PURPOSES, type TestCaller, type TestVault } from '../support/vault.ts';

const NUMBER = '4242424242424242';
const BORN = '1990-07-21';
const LIMIT = 19;

const day = (i: number) => new Date(Date.UTC(1990, 0, 1 + i)).toISOString().slice(0, 10);
const card = (number: string) => ({ number, expiryMonth: 4, expiryYear: 2030 });

/** Numbers with the BIN and the last four of the stored one, that pass the Luhn check. */
function* alike(): Generator<string> {
  for (let middle = 0; ; middle += 1) {
    const number = `424242${String(middle).padStart(6, '0')}4242`;
    const sum = [...number].toReversed().reduce((all, digit, i) => {
      const weighed = i % 2 === 0 ? Number(digit) : 2 * Number(digit);
      return all + (weighed > 9 ? weighed - 9 : weighed);
    }, 0);
    if (sum % 10 === 0 && number !== NUMBER) yield number;
  }
}

async function town(engine: Engine): Promise<TestVault> {
  const vault = await openTestVault({ engine });
  await vault
    .as('app')
    .tokenize(
      { type: 'email', value: 'ida@example.com', subject: 'ida' },
      { type: 'name', value: { given: 'Ida', family: 'Kvist' }, subject: 'ida' },
      { type: 'date_of_birth', value: BORN, subject: 'ida' },
      { type: 'phone', value: '+44 20 7946 0958', subject: 'ida' },
      { type: 'card', value: card(NUMBER), subject: 'ida' },
    );
  return vault;
}

async function add(vault: TestVault, role: Role, more: object = {}): Promise<TestCaller> {
  const body = { name: `more-${role}`, role, purposes: PURPOSES, ...more };
  return vault.withKey((await vault.admin.call('post', '/v1/principals', body)).body.apiKey);
}

const asked = (caller: TestCaller, type: string, value: unknown, and: object[] = [], more: object = {}) =>
  caller.call('post', '/v1/search', { type, value, purpose: 'support', ...(and.length > 0 && { and }), ...more });

/** How many of these are answered before the first is refused. */
async function answered(
  ask: (i: number) => Promise<{ status: number; body: { code?: string } }>,
  most: number,
): Promise<number> {
  for (let i = 0; i < most; i += 1) {
    const { status, body } = await ask(i);
    if (status === 429) {
      expect(body.code).toBe('too_many_guesses');
      return i;
    }
    expect([status, body]).toEqual([200, body]);
  }
  return most;
}

describe.each(ENGINES)('on %s', (engine) => {
  test('the twentieth wrong guess at the middle of one card is refused, with the time to wait, and the right one with it', async () => {
    const vault = await town(engine);
    const [app, numbers] = [vault.as('app'), alike()];
    expect(await answered(() => asked(app, 'card', card(numbers.next().value)), 30)).toBe(LIMIT);

    const right = await asked(app, 'card', { ...card(NUMBER), expiryMonth: 5 });
    expect([right.status, right.body.code]).toEqual([429, 'too_many_guesses']);
    expect(Number(right.headers['retry-after'])).toBe(24 * 60 * 60);
    expect(JSON.stringify(right.body)).not.toContain('4242');
    // Another card is another matter, and so is another caller.
    expect((await asked(app, 'card', card('4000000000000002'))).status).toBe(200);
    expect((await asked(await add(vault, 'app'), 'card', card(NUMBER))).body.results).toHaveLength(1);
    vault.advance(24 * 60 * 60 * 1000);
    expect((await asked(app, 'card', card(NUMBER))).body.results).toHaveLength(1);
  });

  test('who may not see a card is shown no BIN beside its last four, and finds it by its parts alone', async () => {
    const vault = await town(engine);
    const [support, app] = [vault.as('support'), vault.as('app')];
    const whole = await asked(support, 'card', card(NUMBER));
    expect([whole.status, whole.body.code]).toEqual([403, 'not_allowed']);
    const { body } = await asked(support, 'card', '4242', [], { part: 'last4' });
    expect(body.results).toMatchObject([{ masked: '**** **** **** 4242' }]);
    const [{ token }] = body.results;
    const views = async (caller: TestCaller, view: string) =>
      (await caller.detokenize(token, { view, purpose: 'support' })).body.results[0];
    expect(await views(support, 'last4')).toMatchObject({ value: '4242' });
    expect(await views(support, 'bin')).toMatchObject({ error: { code: 'not_allowed' } });
    expect(await views(app, 'bin')).toMatchObject({ value: '424242' });
    const and = [{ type: 'card', value: card(NUMBER) }];
    expect((await asked(support, 'email', 'ida@example.com', and)).status).toBe(403);
  });

  test.each(['support', 'app'] as const)(
    'the twentieth wrong guess of %s at a birthday whose year is known is refused',
    async (role) => {
      const vault = await town(engine);
      const guess = (i: number) => asked(vault.as(role), 'date_of_birth', day(i));
      expect(await answered(guess, 30)).toBe(LIMIT);
      expect((await asked(vault.as(role), 'date_of_birth', BORN)).status).toBe(429);
    },
  );

  test('the twentieth wrong guess at one person’s birthday is refused, by whatever else the person is named', async () => {
    const vault = await town(engine);
    const names: [string, unknown, object][] = [
      ['email', 'ida@example.com', {}],
      ['phone', '+44 20 7946 0958', {}],
      ['name', { given: 'Ida', family: 'Kvist' }, {}],
      ['name', 'kvist', { part: 'family' }],
      ['card', '4242', { part: 'last4' }],
    ];
    const guess = (i: number) => {
      const [type, value, more] = names[i % names.length] as (typeof names)[number];
      return asked(vault.as('support'), type, value, [{ type: 'date_of_birth', value: day(i) }], more);
    };
    expect(await answered(guess, 30)).toBe(LIMIT);
    // Whichever of the two comes first.
    const and = [{ type: 'email', value: 'ida@example.com' }];
    expect((await asked(vault.as('support'), 'date_of_birth', BORN, and)).status).toBe(429);
  });

  test('one guess under two names, said twice, or page by page, is still one guess', async () => {
    const vault = await town(engine);
    await vault.as('app').tokenize(
      ...Array.from({ length: 60 }, (_, i) => ({
        type: 'date_of_birth',
        value: day(Math.floor(i / 2)),
        subject: `d-${i}`,
      })),
    );
    const support = () => add(vault, 'support', { name: `desk-${desks++}` });
    let desks = 0;
    const born = (i: number) => ({ type: 'date_of_birth', value: day(i) });
    const email = { type: 'email', value: 'ida@example.com' };
    const phone = (i: number) => ({ type: 'phone', value: `+44 20 7946 0${100 + i}` });
    const one = await support();
    expect(await answered((i) => asked(one, 'date_of_birth', day(40 + i), [born(40 + i), email]), 30)).toBe(LIMIT);
    const two = await support();
    expect(await answered((i) => asked(two, 'phone', phone(i).value, [phone(i), email]), 30)).toBeLessThanOrEqual(
      LIMIT,
    );
    const three = await support();
    // Two people were born on each of these days.
    expect(await answered((i) => asked(three, 'date_of_birth', day(i), [], { limit: 1 }), 30)).toBe(LIMIT);
  });

  test('whether a guess is refused tells nothing of what is stored: a right one and a wrong one are refused alike', async () => {
    const vault = await town(engine);
    const support = vault.as('support');
    const nobody = { type: 'name', value: { given: 'No', family: 'Body' } };
    expect(await answered(() => asked(support, 'email', 'ida@example.com', [nobody]), 30)).toBe(LIMIT);
    const ask = (value: string) =>
      asked(support, 'email', 'ida@example.com', [{ type: 'date_of_birth', value }, nobody]);
    const [right, wrong] = [await ask(BORN), await ask('1971-01-17')];
    expect([right.status, right.headers['retry-after']]).toEqual([wrong.status, wrong.headers['retry-after']]);
    const other = [nobody, { type: 'date_of_birth', value: BORN }];
    const others = [nobody, { type: 'date_of_birth', value: '1971-01-17' }];
    const elsewhere = async (and: object[]) => (await asked(support, 'phone', '+44 20 7946 0958', and)).status;
    expect(await elsewhere(other)).toBe(await elsewhere(others));
  });

  test('of a crowd each birthday that is tried counts, whether somebody in it was born then or not', async () => {
    const vault = await town(engine);
    const people = Array.from({ length: 60 }, (_, i) => [
      { type: 'name', value: { given: `Ann ${i}`, family: 'Lund' }, subject: `lund-${i}` },
      { type: 'date_of_birth', value: day(Math.floor(i / 2)), subject: `lund-${i}` },
    ]);
    await vault.as('app').tokenize(...people.flat());
    const guess = (i: number) =>
      asked(vault.as('support'), 'name', 'lund', [{ type: 'date_of_birth', value: day(i) }], { part: 'family' });
    expect(await answered(guess, 30)).toBe(LIMIT);
  });

  test('right answers cost nothing: a desk finds one person after the other', async () => {
    const vault = await town(engine);
    const items = Array.from({ length: 60 }, (_, i) => [
      { type: 'name', value: { given: 'Ann', family: `Lund-${i}` }, subject: `lund-${i}` },
      { type: 'date_of_birth', value: day(i), subject: `lund-${i}` },
    ]);
    await vault.as('app').tokenize(...items.flat());
    const find = (i: number) =>
      asked(vault.as('support'), 'name', { given: 'Ann', family: `Lund-${i}` }, [
        { type: 'date_of_birth', value: day(i) },
      ]);
    expect(await answered(find, 60)).toBe(60);
    expect(await answered(() => find(7), 30)).toBe(30);
  });

  test('that an equal value is there is told for a purpose of the caller’s own, and to who may search such values', async () => {
    const vault = await town(engine);
    const items = [{ type: 'email', value: 'ida@example.com', subject: 'ida', reuse: true }];
    const unstated = await vault.as('app').call('post', '/v1/tokenize', { items });
    expect([unstated.status, unstated.body.code, unstated.body.field]).toEqual([422, 'invalid_request', 'purpose']);
    const purposeless = await add(vault, 'app', { purposes: [] });
    for (const caller of [vault.as('app'), purposeless]) {
      const reply = await caller.call('post', '/v1/tokenize', { items, purpose: 'marketing' });
      expect([reply.status, reply.body.code]).toEqual([403, 'purpose_not_allowed']);
    }
    expect((await purposeless.call('post', '/v1/tokenize', { items, purpose: 'billing' })).status).toBe(403);
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'tokenize', outcome: 'refused' });
  });

  test('twenty birthdays tried on one person by reuse, in one call or in many, are too many; nothing is stored then', async () => {
    const vault = await town(engine);
    const app = vault.as('app');
    const reuse = (value: string, subject = 'ida') => ({ type: 'date_of_birth', value, subject, reuse: true });
    const count = async () =>
      (await askRows(vault.vault.recordStore.reader, (sql) => sql('records').select('record'))).length;
    const before = await count();
    const all = { items: Array.from({ length: LIMIT + 1 }, (_, i) => reuse(day(i))), purpose: 'billing' };
    const refused = await app.call('post', '/v1/tokenize', all);
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_guesses']);
    expect(await vault.lastAuditEntry()).toMatchObject({ code: 'too_many_guesses', guesses: LIMIT + 1 });
    expect(await count()).toBe(before);

    const one = (i: number) => app.call('post', '/v1/tokenize', { items: [reuse(day(i))], purpose: 'billing' });
    expect(await answered(one, 30)).toBe(LIMIT);
    // Of somebody new there is nothing to learn.
    const fresh = Array.from({ length: 40 }, (_, i) => reuse(day(i), 'somebody-new'));
    expect((await app.call('post', '/v1/tokenize', { items: fresh, purpose: 'billing' })).status).toBe(200);
  });

  test('the middle of a card is not tried by reuse about nobody either; an order file may name one account a thousand times', async () => {
    const vault = await town(engine);
    const [app, numbers] = [vault.as('app'), alike()];
    const guess = () => {
      const items = [{ type: 'card', value: card(numbers.next().value), reuse: true }];
      return app.call('post', '/v1/tokenize', { items, purpose: 'billing' });
    };
    expect(await answered(guess, 30)).toBe(LIMIT);
    const iban = { type: 'iban', value: 'DE89 3704 0044 0532 0130 00', subject: 'ida', reuse: true };
    const paid = { type: 'card', value: card(NUMBER), subject: 'ida', reuse: true };
    for (let file = 0; file < 2; file += 1) {
      const items = Array.from({ length: 30 }, () => [iban, paid]).flat();
      expect((await app.call('post', '/v1/tokenize', { items, purpose: 'billing' })).status).toBe(200);
    }
  });

  test('a right guess by reuse costs nothing, and the entry says how many were wrong', async () => {
    const vault = await town(engine);
    const app = vault.as('app');
    const items = ['ida@example.com', 'ida.k@example.com'].map((value) => ({
      ...{ type: 'email', value, subject: 'ida', reuse: true },
    }));
    await app.call('post', '/v1/tokenize', { items, purpose: 'billing' });
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'tokenize', purpose: 'billing', guesses: 2 });
    const again = () => app.call('post', '/v1/tokenize', { items, purpose: 'billing' });
    expect(await answered(again, 40)).toBe(40);
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'tokenize', outcome: 'done', guesses: null });
  });

  test('one caller’s wrong guesses hold up no other: at a password, at a person; together they raise the alarm', async () => {
    const vault = await town(engine);
    const [stored] = await vault.as('app').tokenize({ type: 'password', value: 'correct horse battery staple' });
    const other = await add(vault, 'app');
    const verify = (caller: TestCaller, value: string) =>
      caller.call('post', '/v1/verify', { token: stored?.token, value });
    expect(await answered((i) => verify(vault.as('app'), `wrong horse ${i}`), 20)).toBe(10);
    expect((await verify(other, 'correct horse battery staple')).body).toEqual({ verified: true });

    const alarms: unknown[] = [];
    vault.vault.signals.on('guessesAlarm', (alarm) => alarms.push(alarm));
    for (let more = 0; more < 10; more += 1) {
      const caller = await add(vault, 'app', { name: `guesser-${more}` });
      expect(await answered((i) => verify(caller, `wrong horse ${i}`), 11)).toBe(10);
    }
    expect(alarms).toEqual([{ budget: 'record' }]);
    expect((await verify(other, 'correct horse battery staple')).body).toEqual({ verified: true });
  }, 60_000);

  test('whoever tries names at a login form learns of none whether it is somebody’s, by answers, refusals or the log', async () => {
    const vault = await town(engine);
    const app = vault.as('app');
    await app.tokenize(
      { type: 'username', value: 'ida.k', subject: 'ida' },
      { type: 'password', value: 'correct horse battery staple', subject: 'ida' },
      { type: 'username', value: 'bo', subject: 'bo' },
    );
    const tried = async (value: string) => {
      const told: unknown[] = [];
      for (let i = 0; i < 11; i += 1) {
        const search = { type: 'username', value };
        const asks = { search, type: 'password', value: i < 10 ? `wrong horse ${i}` : 'correct horse battery staple' };
        const reply = await app.call('post', '/v1/verify', { ...asks, purpose: 'support' });
        const { entry, at, request, ...logged } = (await vault.lastAuditEntry()) as Record<string, unknown>;
        const body = JSON.stringify(reply.body).replaceAll(/req_\w+/g, '');
        told.push([reply.status, body, reply.headers['retry-after'], logged]);
      }
      return told;
    };
    const somebody = await tried('ida.k');
    expect(somebody.map((one) => (one as unknown[])[0])).toEqual([...Array(10).fill(200), 429]);
    for (const nobody of ['bo', 'no.needle.body']) expect([nobody, await tried(nobody)]).toEqual([nobody, somebody]);
    const rows = await askRows<{ budget: Buffer }>(vault.vault.recordStore.reader, (sql) => sql('guess_budgets'));
    const budgets = rows.map(({ budget, ...row }) => ({ ...row, budget: budget.toString('latin1') }));
    const written = JSON.stringify([budgets, await vault.auditEntries(), vault.logged]);
    for (const needle of ['ida.k', 'needle', 'horse']) expect(written).not.toContain(needle);
  });

  test.each(['support', 'app'] as const)(
    'an impostor on the phone has five birthdays a day, told to %s',
    async (role) => {
      const vault = await town(engine);
      const said = (value: string) =>
        vault.as(role).call('post', '/v1/match', { subject: 'ida', type: 'date_of_birth', value, purpose: 'support' });
      expect((await said(BORN)).body).toEqual({ matches: true });
      expect(await answered((i) => said(day(i)), 30)).toBe(5);
      const [right, wrong] = [await said(BORN), await said(day(7))];
      expect([right.status, right.headers['retry-after']]).toEqual([wrong.status, wrong.headers['retry-after']]);
      const written = JSON.stringify([await vault.auditEntries(), vault.logged, right.body]);
      expect(written).not.toMatch(/1990-/);
    },
  );

  test('of refs that nobody has a support desk may try a thousand an hour', async () => {
    const vault = await town(engine);
    const support = vault.as('support');
    const resolve = (ref: string) => support.call('post', '/v1/subjects/resolve', { ref });
    expect((await resolve('ida')).status).toBe(200);
    for (let i = 0; i < 25; i += 1) expect((await resolve(`nobody-${i}`)).status).toBe(404);
    const rows = await askRows<{ taken: number }>(vault.vault.recordStore.reader, (sql) => sql('guess_budgets'));
    expect(rows.map(({ taken }) => Number(taken))).toContain(40);
    const entries = (await vault.auditEntries()).filter(({ action }) => action === 'resolve_subject');
    expect(entries.map(({ outcome }) => outcome)).toEqual(['done', ...Array(25).fill('failed')]);
  });

  test('every wrong guess stands in the audit entry of its call, and what was guessed in no store, log or metric', async () => {
    const vault = await town(engine);
    const support = vault.as('support');
    await asked(support, 'email', 'needle.somebody@example.com');
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'search', outcome: 'done', guesses: 1 });
    await asked(support, 'email', 'ida@example.com');
    expect(await vault.lastAuditEntry()).toMatchObject({ action: 'search', outcome: 'done', guesses: null });
    await asked(support, 'email', 'ida@example.com', [{ type: 'date_of_birth', value: '1971-01-17' }]);
    const rows = await askRows<{ budget: Buffer }>(vault.vault.recordStore.reader, (sql) => sql('guess_budgets'));
    const budgets = rows.map(({ budget, ...row }) => ({ ...row, budget: budget.toString('latin1') }));
    const written = JSON.stringify([budgets, await vault.auditEntries(), vault.logged]);
    for (const needle of ['needle', 'ida@', '1971-01-17', '1990-']) expect(written).not.toContain(needle);
  });

  test('a caller tied to an audience has nothing opened for it that others hold, whatever it asks', async () => {
    const vault = await town(engine);
    const shop = await add(vault, 'app', { audience: 'shop' });
    await vault.as('app').tokenize({ type: 'email', value: 'own@example.com', audience: 'shop' });
    const { records } = vault.vault.keyring;
    const find = records.findEach.bind(records);
    let opened = 0;
    Object.assign(records, {
      findEach: (...args: Parameters<typeof find>) => {
        opened += args[2].length;
        return find(...args);
      },
    });
    const openedBy = async (value: string, and: object[] = []) => {
      opened = 0;
      await asked(shop, 'email', value, and);
      return opened;
    };
    expect([await openedBy('ida@example.com'), await openedBy('nobody@example.com')]).toEqual([0, 0]);
    expect(await openedBy('own@example.com')).toBe(1);
    const and = [{ type: 'date_of_birth', value: BORN }];
    expect(await openedBy('ida@example.com', and)).toBe(0);
  });
});
