/**
 * Fail-overs with a real standby, under a vault that lives: one that lagged behind has lost what was acknowledged, which is
 * noticed at once, and one that had everything is not mistaken for it.
 */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { close as closeEpoch } from '../support/epochs.ts';
import { appOf, freshHomeAt, type Home, tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { type Pair, primaryWithStandby } from '../support/standby.ts';
import { tokenize } from '../support/tokenize.ts';

const WENT_BACK = { code: 'store_went_back', kind: 'unavailable' };

describe('a fail-over to a standby that lagged behind', { timeout: 60_000 }, () => {
  const both = ['records', 'keys'] as const;
  type Which = (typeof both)[number];

  /** A vault with these stores on the pair, the others elsewhere; it has stored a value that the standby has, too. */
  const vaultOn = async (pair: Pair, ...which: Which[]) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const elsewhere = async () => {
      const { url, drop } = await freshDatabase();
      onTestFinished(drop);
      return url;
    };
    const urlOf = (name: Which) => (which.includes(name) ? pair.address(`of_${name}`) : elsewhere());
    const home = await freshHomeAt({ recordStoreUrl: await urlOf('records'), keyStoreUrl: await urlOf('keys') });
    const vault = await home.open();
    const app = await appOf(vault, home);
    const put = (value: string) => tokenize(vault, app, { items: [{ type: 'email', value, subject: value }] });
    const tokens = (await Promise.all(['ada', 'bob', 'cleo'].map((who) => put(`${who}@example.com`)))).map(
      ({ results }) => results[0]?.token as Token,
    );
    const reveal = (token: Token) => detokenize(vault, app, { tokens: [token], purpose: 'billing' });
    await pair.caughtUp();
    return { home, vault, app, put, tokens, reveal };
  };
  const stored = async (home: Home, pair: Pair) => {
    const url = new URL(home.recordStoreUrl);
    const isOn = url.pathname === '/of_records';
    const counted = 'SELECT count(*)::int AS n FROM records';
    const [row] = isOn
      ? await pair.ask<{ n: number }>('standby', counted, 'of_records')
      : await tell(url.href, counted);
    return (row as { n: number }).n;
  };
  const isDown = async (vault: Vault) => {
    await vault.beat();
    expect(() => vault.assertInPlace()).toThrow(expect.objectContaining(WENT_BACK));
  };

  test('of the key store, past the close of an epoch: not one value more is stored', async () => {
    const pair = await primaryWithStandby();
    const { home, vault, put } = await vaultOn(pair, 'keys');
    await pair.cutOff();
    await closeEpoch(vault);
    await put('dora@example.com');
    const before = await stored(home, pair);
    await pair.failOver();

    await eventually(() => put('eve@example.com'), WENT_BACK);

    expect(await stored(home, pair)).toBe(before);
    await isDown(vault);
  });

  test('of the key store alone: the next value is refused by name, and no alarm of altered bytes is raised', async () => {
    const pair = await primaryWithStandby();
    const { home, vault, put } = await vaultOn(pair, 'keys');
    const alarms: unknown[] = [];
    vault.signals.on('integrityFailure', (found) => void alarms.push(found));
    await pair.cutOff();
    await put('dora@example.com');
    const before = await stored(home, pair);
    await pair.failOver();

    for (const who of ['dora', 'ada', 'eve']) await eventually(() => put(`${who}@example.com`), WENT_BACK);

    expect([await stored(home, pair), alarms]).toEqual([before, []]);
    await isDown(vault);
  });

  test('of both stores on one server: no erased value opens again', async () => {
    const pair = await primaryWithStandby();
    const { vault, app, tokens, reveal } = await vaultOn(pair, ...both);
    await pair.cutOff();
    const { state } = await erase(vault, app, { tokens });
    expect(state).toBe('completed');
    await pair.failOver();

    for (const token of tokens) await eventually(() => reveal(token), WENT_BACK);

    await isDown(vault);
  });

  test('of the record store alone: what was erased is 503, not a defect', async () => {
    const pair = await primaryWithStandby();
    const { vault, app, tokens, reveal } = await vaultOn(pair, 'records');
    await pair.cutOff();
    await erase(vault, app, { tokens });
    await pair.failOver();

    for (const token of tokens) await eventually(() => reveal(token), WENT_BACK);

    await isDown(vault);
  });

  test('a node that only waits notices at its next beat', async () => {
    const pair = await primaryWithStandby();
    const { vault, put } = await vaultOn(pair, 'records');
    await pair.cutOff();
    await put('dora@example.com');
    await pair.failOver();

    await vi.waitFor(() => isDown(vault), { timeout: 10_000, interval: 50 });
  });

  test('and one that had everything: goes on at once, loses nothing, and says that another server took over', async () => {
    const pair = await primaryWithStandby();
    const { vault, app, tokens, put, reveal } = await vaultOn(pair, ...both);
    await pair.setSynchronous(true);
    const [gone, ...kept] = tokens as [Token, Token, Token];
    const said: unknown[] = [];
    vault.signals.on('storeTakenOver', ({ store }) => void said.push(store));
    await vault.beat();
    await closeEpoch(vault);
    await erase(vault, app, { tokens: [gone] });
    await put('dora@example.com');
    await pair.failOver();

    await vi.waitFor(() => put('eve@example.com'), { timeout: 10_000, interval: 20 });
    await vault.beat();

    vault.assertInPlace();
    expect((await reveal(gone)).results).toEqual([{ token: gone, form: 'none', error: { code: 'record_erased' } }]);
    for (const token of kept)
      expect((await reveal(token)).results).toEqual([expect.objectContaining({ view: 'plain' })]);
    expect(said).toEqual(['records', 'keys']);
  });
});

/** Connections of before break first; what follows them is what is asked for. Nothing may succeed. */
async function eventually(call: () => Promise<unknown>, expected: object): Promise<void> {
  await vi.waitFor(
    async () => {
      const outcome = await call().then(
        (reply) => ({ reply }),
        (error: unknown) => error,
      );
      if ((outcome as { code?: string }).code === 'store_unavailable') throw outcome;
      expect(outcome).toMatchObject(expected);
    },
    { timeout: 10_000, interval: 20 },
  );
}
