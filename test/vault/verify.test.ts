/** Verifying passwords: yes or no, in equal steps, so many times, and never the password. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import type { Caller } from '../../src/calls/caller.ts';
import { argon2id } from '../../src/crypto/kdf.ts';
import { PasswordHasher } from '../../src/crypto/password-hash.ts';
import { formatPhc, parsePhc } from '../../src/crypto/phc.ts';
import { UnavailableError } from '../../src/errors.ts';
import { LONGEST_MS, RECORD } from '../../src/guesses/limits.ts';
import type { RecordId, Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { correct } from '../../src/operations/values/correct.ts';
import { verify } from '../../src/operations/values/verify.ts';
import { openRecords } from '../../src/records/open-records.ts';
import { findRecords } from '../../src/records/store.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { appOf, everyByte, freshHome, placesOf, stage, tell } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { spiedVault } from '../support/statements.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';
import { openTestVault, PURPOSES, QUICK_PASSWORDS, type TestVault } from '../support/vault.ts';

const RIGHT = 'correct horse battery staple';
const WRONG = 'incorrect horse battery staple';
/** Weaker than those of the tests' vaults. */
const WEAK = { memoryKiB: 8, passes: 1, parallelism: 1 };

/** A verifier as another system made it. */
async function phcOf(password: string, params = WEAK): Promise<string> {
  const salt = Buffer.alloc(16, 7);
  const tag = await argon2id({ ...params, message: Buffer.from(password), salt, tagBytes: 32 });
  return formatPhc({ params, salt, tag });
}

/** Waits until work that no caller waits for is done. */
const settled = async (jobs: Promise<unknown>[]) => void (await Promise.all(jobs.splice(0)));

/** A vault whose work behind the answers can be waited for. */
function watched(vault: Vault): { vault: Vault; later: Promise<unknown>[]; failures: unknown[] } {
  const later: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  vault.signals.on('job', (job) => failures.push(job));
  const run: Vault['later'] = (name, work) =>
    vault.later(name, () => {
      const done = work();
      later.push(done.catch(() => {}));
      return done;
    });
  return { vault: { ...vault, later: run }, later, failures };
}

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (value: unknown = RIGHT, more: object = {}) => {
    const { results } = await tokenize(here.vault, await here.as('app'), {
      items: [{ type: 'password', value: value as never, ...more }],
    });
    return results[0] as (typeof results)[number];
  };
  const ask = async (token: Token, value: unknown, vault = here.vault, caller?: Caller) => {
    try {
      return (await verify(vault, caller ?? (await here.as('app')), { token, value })).verified;
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };
  const stored = async (record: RecordId) => {
    const { vault } = here;
    const { tenant } = await here.as('app');
    const [row] = await findRecords(vault.recordStore.reader, tenant, [record]);
    const from = { records: vault.recordStore.reader, keys: vault.keyStore.reader, keyring: vault.keyring };
    const [opened] = await openRecords(from, tenant, [row as never]);
    if (opened === undefined || opened instanceof Error) throw opened;
    return { row: opened.row, phc: (opened.value.expose() as { phc: string }).phc };
  };
  const failures = async (record: RecordId) => {
    const { tenant, principal } = await here.as('app');
    const { recordStore, keyring } = here.vault;
    const key = await keyring.indexes.current(tenant, '@guess');
    const budget = key.mac('lethe/guess/1', 16, 'record', record);
    const rows = await askRows<{ taken: number }>(recordStore.reader, (sql) =>
      sql('guess_budgets').where({ tenant, principal, budget }),
    );
    return rows.map(({ taken }) => Number(taken));
  };

  test('a verifier from elsewhere fits the spelling it was made of, and after that every spelling', async () => {
    const nfc = 'Fran\u00e7ois\u00a0\u00e9t\u00e9';
    const nfd = nfc.normalize('NFD');
    const prepared = nfc.replace('\u00a0', ' ');
    for (const [made, typed] of [
      [nfd, nfd],
      [nfc, nfc],
      [prepared, nfd],
      [prepared.normalize('NFD'), prepared],
      [prepared.normalize('NFD'), nfc],
    ] as const) {
      const { vault, later } = watched(here.vault);
      const { token, record } = await store({ phc: await phcOf(made) });
      expect(await ask(token, 'Francois ete', vault)).toBe(false);
      expect(await ask(token, typed, vault)).toBe(true);
      await settled(later);
      const { phc } = await stored(record);
      expect((await here.vault.hasher.verify(prepared, phc, { tenant: 'x' })).matches).toBe(true);
      for (const spelling of [nfc, nfd, prepared]) expect(await ask(token, { password: spelling }, vault)).toBe(true);
    }
  });

  test('all spellings are one guess, and are computed whichever fits', async () => {
    const typed = 'e\u0301\u00a0wrong';
    const computed: number[] = [];
    const { hasher } = here.vault;
    const counting = Object.create(hasher, {
      verify: {
        value: (spellings: readonly string[], ...rest: [string, { tenant: string }]) => {
          computed.push(spellings.length);
          return hasher.verify(spellings, ...rest);
        },
      },
    }) as PasswordHasher;
    const vault = { ...here.vault, hasher: counting };
    const { token } = await store({ phc: await phcOf('\u00e9 right') });
    const answers: unknown[] = [];
    for (let i = 0; i < RECORD.limit + 1; i += 1) answers.push(await ask(token, typed, vault));

    expect(answers).toEqual([...Array(RECORD.limit).fill(false), 'too_many_guesses']);
    expect(new Set(computed)).toEqual(new Set([3]));
    const other = await store({ phc: await phcOf(typed) });
    computed.length = 0;
    expect(await ask(other.token, typed, vault)).toBe(true);
    expect(computed).toEqual([3]);
  });

  test('the right password is verified, any other is not, and the audit entries say which and no more', async () => {
    const { token, record } = await store();
    expect(await ask(token, RIGHT)).toBe(true);
    expect(await here.lastEntry()).toMatchObject({
      ...{ action: 'verify', outcome: 'done', code: 'verified', view: null, records: [record] },
    });
    for (const wrong of [WRONG, `${RIGHT} `, ` ${RIGHT}`, RIGHT.toUpperCase(), RIGHT.slice(0, -1), '\u200d']) {
      expect([wrong, await ask(token, wrong)]).toEqual([wrong, false]);
    }
    expect(await here.lastEntry()).toMatchObject({
      ...{ action: 'verify', outcome: 'done', code: 'not_verified', records: [record] },
    });
    expect(await ask(token, { password: RIGHT })).toBe(true);
  });

  test('a password is the same in whatever composition and with whatever space (RFC 8265)', async () => {
    const { token } = await store('ga\u0308nse fu\u00dfe \u212b');
    expect(await ask(token, 'g\u00e4nse\u3000fu\u00dfe\u00a0\u00c5')).toBe(true);
    expect(await ask(token, 'g\u00e4nse fusse \u00c5')).toBe(false);
    // Compatibility characters stay what they are, and so does case.
    expect(await ask(token, 'G\u00e4nse fu\u00dfe \u00c5')).toBe(false);
  });

  test('a verifier from elsewhere is kept as it is and verifies; as the value to verify it is refused', async () => {
    const foreign = await phcOf(RIGHT, { memoryKiB: 256, passes: 2, parallelism: 2 });
    const { token, record } = await store({ phc: foreign });
    expect((await stored(record)).phc).toBe(foreign);
    expect(await ask(token, WRONG)).toBe(false);
    expect(await ask(token, RIGHT)).toBe(true);
    for (const value of [
      { phc: foreign },
      { phc: RIGHT },
      5,
      '',
      null,
      { password: RIGHT, phc: foreign },
      'x'.repeat(1025),
    ]) {
      expect([value, await ask(token, value)]).toEqual([value, 'invalid_value']);
    }
    expect(await failures(record)).toEqual([]);
    expect((await stored(record)).phc).toBe(foreign);
  });

  test('what is not a password is not verified; what has ended, or is not there, says so', async () => {
    const { vault } = here;
    const app = await here.as('app');
    const items = [
      { type: 'email', value: 'ada@example.com' },
      { type: 'cvc', value: '123' },
    ];
    const [email, code] = (await tokenize(vault, app, { items })).results;
    expect(await ask(email?.token as Token, 'ada@example.com')).toBe('invalid_request');
    expect(await ask(code?.token as Token, '123')).toBe('token_not_found');
    expect(await ask('tok_unknown' as Token, RIGHT)).toBe('token_not_found');
    const other = await here.inTenant('other', 'app');
    const mine = await store(RIGHT, { subject: 'gone', ttlSeconds: 60 });
    expect(await ask(mine.token, RIGHT, vault, other)).toBe('token_not_found');
    const limited = await store(RIGHT, { subject: 'gone', uses: 1 });
    expect(await ask(mine.token, RIGHT)).toBe(true);
    here.advance(60_000);
    expect(await ask(mine.token, RIGHT)).toBe('token_expired');
    await erase(vault, app, { ref: 'gone' });
    expect(await ask(limited.token, RIGHT)).toBe('record_erased');
    for (const role of ['support', 'admin', 'auditor', 'security'] as const) {
      expect(await ask(limited.token, RIGHT, vault, await here.as(role))).toBe('not_allowed');
    }
  });

  test('verifying takes none of a limited token’s uses', async () => {
    const { token } = await store(RIGHT, { uses: 1 });
    expect([await ask(token, RIGHT), await ask(token, WRONG), await ask(token, RIGHT)]).toEqual([true, false, true]);
    const [row] = await tell(here.home.recordStoreUrl, `SELECT uses_left FROM tokens WHERE token = '${token}'`);
    expect(Number(row?.uses_left)).toBe(1);
  });

  describe('attempts', () => {
    test('after ten wrong ones nothing is computed for a quarter of an hour, by any token, also for the right password', async () => {
      const { token, record } = await store(RIGHT);
      const second = await mintToken(here.vault, await here.as('app'), { record });
      const computed = vi.spyOn(PasswordHasher.prototype, 'verify');
      for (let i = 0; i < RECORD.limit; i += 1)
        expect(await ask(i % 2 === 0 ? token : second.token, WRONG)).toBe(false);
      expect(await ask(token, WRONG)).toBe('too_many_guesses');
      expect(await here.lastEntry()).toMatchObject({ action: 'verify', outcome: 'failed', code: 'too_many_guesses' });
      expect(await ask(second.token, RIGHT)).toBe('too_many_guesses');
      expect(computed).toHaveBeenCalledTimes(RECORD.limit);
      here.advance(RECORD.windowMs - 1);
      expect(await ask(token, RIGHT)).toBe('too_many_guesses');
      here.advance(1);
      expect(await ask(token, WRONG)).toBe(false);
      expect(await failures(record)).toEqual([1]);
      expect(await ask(token, RIGHT)).toBe(true);
    });

    test('the right one makes all that went before forgotten', async () => {
      const { token, record } = await store();
      for (let i = 1; i < RECORD.limit; i += 1) await ask(token, WRONG);
      expect(await failures(record)).toEqual([9]);
      expect(await ask(token, RIGHT)).toBe(true);
      expect(await failures(record)).toEqual([]);
      for (let i = 0; i < RECORD.limit; i += 1) expect(await ask(token, WRONG)).toBe(false);
      expect(await ask(token, WRONG)).toBe('too_many_guesses');
    });

    test('wherever a quarter of an hour begins, no more than ten wrong ones are computed in it', async () => {
      const { token } = await store();
      const computed: number[] = [];
      const guess = async () => {
        if ((await ask(token, WRONG)) === false) computed.push(here.now().getTime());
      };
      // One early, the others at the end of its quarter of an hour, and as many as are let through right after it.
      await guess();
      here.advance(RECORD.windowMs - 1);
      for (let i = 0; i < RECORD.limit; i += 1) await guess();
      here.advance(1);
      for (let i = 0; i < RECORD.limit; i += 1) await guess();
      here.advance(RECORD.windowMs);
      for (let i = 0; i <= RECORD.limit; i += 1) await guess();
      const within = computed.map((from) => computed.filter((at) => at >= from && at < from + RECORD.windowMs).length);
      expect(Math.max(...within)).toBe(RECORD.limit);
      // And who waited may try again.
      expect(computed).toHaveLength(2 * RECORD.limit);
    });

    test('of thirty at once on two nodes ten are computed', async () => {
      const { token } = await store();
      const nodes = [here.vault, await here.home.open({ clock: here.now })] as const;
      const computed = vi.spyOn(PasswordHasher.prototype, 'verify');
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, i) => ask(token, `${WRONG}${i}`, nodes[(i % 2) as 0 | 1])),
      );
      expect(computed).toHaveBeenCalledTimes(RECORD.limit);
      expect(answers.filter((answer) => answer === false)).toHaveLength(RECORD.limit);
      expect(answers.filter((answer) => answer === 'too_many_guesses')).toHaveLength(20);
    });

    test('one that was turned away because too many wait is not counted, and says overloaded', async () => {
      const { token, record } = await store();
      await ask(token, WRONG);
      const hasher = new PasswordHasher({ random: here.vault.random, maxRunning: 1, maxWaiting: 0 });
      // Its one place is taken by computations that go on until the test has asked often enough.
      let asked = false;
      const busy = (async () => {
        while (!asked) await hasher.hash('takes its turn', { tenant: 'ten_other' });
      })();
      const answers: unknown[] = [];
      while (answers.length <= RECORD.limit) answers.push(await ask(token, WRONG, { ...here.vault, hasher }));
      asked = true;
      await busy;
      expect(answers).toEqual(Array(RECORD.limit + 1).fill('overloaded'));
      // What was held for one of them serves the next.
      expect(await failures(record)).toEqual([2]);
      for (let i = 1; i < RECORD.limit; i += 1) expect(await ask(token, WRONG)).toBe(false);
      expect(await ask(token, WRONG)).toBe('too_many_guesses');
    });

    test('those that count no more are forgotten by the background work, and only those', async () => {
      const [old, young] = [await store(), await store()];
      await ask(old.token, WRONG);
      here.advance(LONGEST_MS - 1);
      await ask(young.token, WRONG);
      await runBackgroundOnce(here.vault);
      expect([await failures(old.record), await failures(young.record)]).toEqual([[1], [1]]);
      here.advance(1);
      await runBackgroundOnce(here.vault);
      expect([await failures(old.record), await failures(young.record)]).toEqual([[], [1]]);
    });
  });

  test('a right and a wrong password take the same computations, statements and commits', async () => {
    const { token } = await store();
    const app = await here.as('app');
    const steps = async (value: string) => {
      const { vault, seen } = spiedVault(here.vault);
      await verify(vault, app, { token, value });
      return seen;
    };
    await steps(WRONG);
    await ask(token, RIGHT);

    const [right, wrong] = [await steps(RIGHT), await steps(WRONG)];

    expect(wrong).toEqual(right);
    expect(right.filter((step) => step.startsWith('verify '))).toHaveLength(1);
    expect(right.filter((step) => /^(shared|exclusive) /.test(step))).toHaveLength(2);
  });

  test('the event loop turns while a verifier is computed', async () => {
    const { token } = await store({ phc: await phcOf(RIGHT, { memoryKiB: 65_536, passes: 3, parallelism: 1 }) });
    let turns = 0;
    let computing = true;
    const turn = () => {
      turns += 1;
      if (computing) setImmediate(turn);
    };
    const real = PasswordHasher.prototype.verify;
    vi.spyOn(PasswordHasher.prototype, 'verify').mockImplementation(async function (this: PasswordHasher, ...args) {
      setImmediate(turn);
      const done = await real.apply(this, args);
      computing = false;
      return done;
    });
    expect(await ask(token, RIGHT)).toBe(true);
    expect(turns).toBeGreaterThan(1);
  });

  describe('a verifier of weaker parameters', () => {
    const now = async () => {
      const app = await here.as('app');
      const { vault, later, failures: failed } = watched(here.vault);
      onTestFinished(() => void here.vault.signals.removeAllListeners('job'));
      const { token, record } = await store({ phc: await phcOf(RIGHT) });
      return { app, vault, later, failed, token, record };
    };
    const keysOf = (record: RecordId) =>
      tell<{ generation: number }>(
        here.home.keyStoreUrl,
        `SELECT generation FROM record_keys WHERE record = '${record}' ORDER BY generation`,
      );

    test('is replaced after a right answer, under a new key; its token stays, and the old row and key are gone', async () => {
      const { vault, later, failed, token, record } = await now();
      const before = await stored(record);
      expect(await ask(token, WRONG, vault)).toBe(false);
      expect(later).toEqual([]);
      expect(await ask(token, RIGHT, vault)).toBe(true);
      await settled(later);

      const after = await stored(record);
      expect(parsePhc(after.phc).params).toEqual(QUICK_PASSWORDS.params);
      expect([after.row.generation, after.row.version]).toEqual([before.row.generation + 1, before.row.version + 1]);
      expect((await keysOf(record)).map(({ generation }) => Number(generation))).toEqual([after.row.generation]);
      expect(failed).toEqual([]);
      expect(await here.lastEntry()).toMatchObject({
        ...{ action: 'verify', outcome: 'done', code: 'verifier_upgraded', records: [record] },
      });
      expect(placesOf(await everyByte(here.home), before.row.sealed)).toEqual([]);
      expect([await ask(token, RIGHT, vault), await ask(token, WRONG, vault)]).toEqual([true, false]);
      expect(later).toEqual([]);
    });

    test('gives way to a correction that comes between, which stands', async () => {
      const { app, vault, later, failed, token, record } = await now();
      const real = vault.hasher.hash.bind(vault.hasher);
      vi.spyOn(vault.hasher, 'hash').mockImplementationOnce(async (password, asker) => {
        await correct(here.vault, app, { record, value: 'a new password of hers' });
        return real(password, asker);
      });
      expect(await ask(token, RIGHT, vault)).toBe(true);
      await settled(later);

      expect(failed).toEqual([{ name: 'upgrade_verifiers', failed: 'concurrent_change', changed: 0 }]);
      expect([await ask(token, RIGHT), await ask(token, 'a new password of hers')]).toEqual([false, true]);
      expect(await keysOf(record)).toHaveLength(1);
    });

    test('is replaced once by many right answers at once, without harm', async () => {
      const { vault, later, token, record } = await now();
      const answers = await Promise.all(Array.from({ length: 6 }, () => ask(token, RIGHT, vault)));
      await settled(later);
      expect(answers).toEqual(Array(6).fill(true));
      const { row, phc } = await stored(record);
      expect([row.version, parsePhc(phc).params]).toEqual([2, QUICK_PASSWORDS.params]);
      expect(await ask(token, RIGHT)).toBe(true);
    });

    test('stays where it cannot be replaced, which fails nobody’s answer', async () => {
      const { vault, later, failed, token, record } = await now();
      vi.spyOn(vault.hasher, 'hash').mockRejectedValueOnce(new UnavailableError('overloaded', 'Too many.'));
      expect(await ask(token, RIGHT, vault)).toBe(true);
      await settled(later);
      expect(failed).toEqual([{ name: 'upgrade_verifiers', failed: 'overloaded', changed: 0 }]);
      expect((await stored(record)).row.version).toBe(1);
      expect(await ask(token, RIGHT, vault)).toBe(true);
      await settled(later);
      expect((await stored(record)).row.version).toBe(2);
    });

    test('is replaced before the vault that answered has closed; of one that closes, nothing is begun', async () => {
      const home = await freshHome(engine);
      const vault = await home.open();
      const app = await appOf(vault, home);
      const items = [{ type: 'password', value: { phc: await phcOf(RIGHT) } }];
      const [made] = (await tokenize(vault, app, { items })).results;
      expect(await verify(vault, app, { token: made?.token as Token, value: RIGHT })).toEqual({ verified: true });
      await vault.close();
      const [row] = await tell(home.recordStoreUrl, `SELECT version FROM records WHERE record = '${made?.record}'`);
      expect(Number(row?.version)).toBe(2);
      let begun = false;
      const failed: unknown[] = [];
      vault.signals.on('job', (job) => failed.push(job));
      vault.later('late', async () => {
        begun = true;
      });
      await vault.close();
      await new Promise((resume) => setImmediate(resume));
      expect([begun, failed]).toEqual([false, [{ name: 'late', failed: 'shutting_down', changed: 0 }]]);
    });
  });

  describe('over HTTP', () => {
    const post = (vault: TestVault, token: string, value: unknown) =>
      vault.as('app').call('post', '/v1/verify', { token, value });

    test('too many attempts are 429 with the time to wait, an overloaded vault is 503', async () => {
      const vault = await openTestVault({ engine });
      const [stored] = await vault.as('app').tokenize({ type: 'password', value: RIGHT });
      const token = stored?.token ?? '';
      expect((await post(vault, token, RIGHT)).body).toEqual({ verified: true });
      expect((await post(vault, token, 'x'.repeat(2_000))).body).toMatchObject({
        code: 'invalid_value',
        field: 'value',
      });
      for (let i = 0; i < RECORD.limit; i += 1)
        expect((await post(vault, token, WRONG)).body).toEqual({ verified: false });
      const refused = await post(vault, token, RIGHT);
      expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
        429,
        'too_many_guesses',
        '900',
      ]);
      vi.spyOn(vault.vault.hasher, 'verify').mockRejectedValue(new UnavailableError('overloaded', 'Too many.'));
      vault.advance(RECORD.windowMs);
      const overloaded = await post(vault, token, RIGHT);
      expect([overloaded.status, overloaded.body.code]).toEqual([503, 'overloaded']);
    });

    test('no role, purpose or view is ever shown a password', async () => {
      const vault = await openTestVault({ engine });
      const [stored] = await vault.as('app').tokenize({ type: 'password', value: RIGHT });
      const [token, record] = [stored?.token ?? '', stored?.record ?? ''];
      expect(stored?.masked).toBe('********');
      const reveal = async (role: 'app' | 'support', view?: string) => {
        const body = { tokens: [token], purpose: 'billing', ...(view && { view }) };
        const [result] = (await vault.as(role).call('post', '/v1/detokenize', body)).body.results;
        return result.value ?? result.error.code;
      };
      expect(await reveal('app', 'plain')).toBe('never_revealed');
      expect(await reveal('support', 'plain')).toBe('not_allowed');
      expect(await reveal('app', 'last4')).toBe('unknown_view');
      for (const role of ['app', 'support'] as const) {
        expect([await reveal(role), await reveal(role, 'masked')]).toEqual(['********', '********']);
      }
      expect((await vault.as('app').search('password', RIGHT)).body.code).toBe('not_searchable');
      const corrected = await vault.as('app').call('patch', `/v1/records/${record}`, { value: WRONG });
      expect(corrected.body).toEqual({ record, version: 2, masked: '********' });
      expect((await post(vault, token, WRONG)).body).toEqual({ verified: true });
      const told = [
        await vault.as('app').call('get', `/v1/tokens/${token}`),
        await vault.as('app').call('get', `/v1/records/${record}`),
      ];
      expect(JSON.stringify([told.map(({ text }) => text), corrected.text])).not.toMatch(/horse|argon2/);
      expect(await askRows(vault.vault.keyStore.reader, (sql) => sql('blind_indexes'))).toEqual([]);
    });

    test('who is tied to an audience verifies its own tokens, and others’ are not there', async () => {
      const vault = await openTestVault({ engine });
      const tied = async (audience: string) => {
        const wanted = { name: audience, role: 'app', purposes: PURPOSES, audience };
        return vault.withKey((await vault.admin.call('post', '/v1/principals', wanted)).body.apiKey);
      };
      const [crm, shop] = [await tied('crm'), await tied('shop')];
      const [stored] = await crm.tokenize({ type: 'password', value: RIGHT });
      const body = { token: stored?.token, value: RIGHT };
      expect((await crm.call('post', '/v1/verify', body)).body).toEqual({ verified: true });
      expect((await shop.call('post', '/v1/verify', body)).body.code).toBe('token_not_found');
      expect((await vault.as('app').call('post', '/v1/verify', body)).body).toEqual({ verified: true });
    });

    test('of a repeated call nothing is kept that a guess could be tested on', async () => {
      const vault = await openTestVault({ engine });
      const rows = () =>
        askRows<{ body_mac: Buffer; key_mac: Buffer; answer: string; action: string }>(
          vault.vault.recordStore.reader,
          (sql) => sql('idempotency_keys').orderBy('created_at').orderBy('action'),
        );
      for (const value of [RIGHT, WRONG]) {
        const items = [
          { type: 'email', value: 'ada@example.com' },
          { type: 'password', value },
        ];
        const reply = await vault
          .as('app')
          .call('post', '/v1/tokenize', { items }, { 'Idempotency-Key': value.slice(0, 5) });
        expect(reply.status).toBe(200);
      }
      const bodies = (await rows()).map((row) => row.body_mac.toString('hex'));
      expect([bodies.length, new Set(bodies).size]).toEqual([2, 1]);

      const [stored] = await vault.as('app').tokenize({ type: 'password', value: RIGHT });
      for (const value of [RIGHT, WRONG]) {
        const key = { 'Idempotency-Key': `correct-${value.slice(0, 5)}` };
        expect((await vault.as('app').call('patch', `/v1/records/${stored?.record}`, { value }, key)).status).toBe(200);
      }
      const corrections = (await rows())
        .filter(({ action }) => action === 'correct')
        .map((row) => row.body_mac.toString('hex'));
      expect([corrections.length, new Set(corrections).size]).toEqual([2, 1]);
    });

    test('a token brought along that is the password, or holds it, is refused before anything is computed', async () => {
      const vault = await openTestVault({ engine });
      const computed = vi.spyOn(PasswordHasher.prototype, 'hash');
      for (const token of ['hunter2hunter2', 'x-Hunter2Hunter2-x', 'hunter2h']) {
        const items = [{ type: 'password', value: 'hunter2hunter2', token }];
        const reply = await vault.as('app').call('post', '/v1/tokenize', { items });
        expect([token, reply.status, reply.body.code, reply.body.field]).toEqual([
          token,
          422,
          'invalid_token',
          'items/0/token',
        ]);
      }
      const reused = { type: 'password', value: 'hunter2hunter2', reuse: true };
      const reply = await vault.as('app').call('post', '/v1/tokenize', { items: [reused], purpose: 'billing' });
      expect(reply.body).toMatchObject({ code: 'option_not_offered', field: 'items/0/reuse' });
      expect(computed).not.toHaveBeenCalled();
    });
  });
});
