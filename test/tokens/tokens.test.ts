/** Tokens in the store: swept for the cause that reads name, and never free while they stand or once they stood. */
import { describe, expect, test } from 'vitest';
import { runBackgroundOnce } from '../../src/background/background.ts';
import type { TenantId, Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { extendToken } from '../../src/operations/tokens/extend-token.ts';
import { mintToken } from '../../src/operations/tokens/mint-token.ts';
import { revokeToken } from '../../src/operations/tokens/revoke-token.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { sweepDeadTokens } from '../../src/tokens/sweep.ts';
import { takenTokens } from '../../src/tokens/tokens.ts';
import { stage, tell, withParts } from '../support/home.ts';
import { ENGINES } from '../support/stores.ts';
import { tokenize } from '../support/tokenize.ts';

describe.each(ENGINES)('on %s', (engine) => {
  const here = stage(engine);
  const store = async (count: number, more: object = {}) => {
    const items = Array.from({ length: count }, () => ({ type: 'text', value: 'x', ...more }));
    return (await tokenize(here.vault, await here.as('app'), { items })).results.map(({ token }) => token);
  };
  const reveal = async (tokens: Token[]) => {
    const { results } = await detokenize(here.vault, await here.as('app'), { tokens, purpose: 'billing' });
    return results.map((result) => ('error' in result ? result.error.code : result.value));
  };
  const count = async (table: string) =>
    Number((await tell<{ n: string }>(here.home.recordStoreUrl, `SELECT count(*) AS n FROM ${table}`))[0]?.n);

  test('a sweep in small pages names each token’s cause as every read did, and leaves the living alone', async () => {
    const app = await here.as('app');
    const [revoked, usedUp, expired, living] = [
      await store(3, { ttlSeconds: 60, uses: 1 }),
      await store(3, { ttlSeconds: 60, uses: 1 }),
      await store(3, { ttlSeconds: 60, uses: 1 }),
      await store(3, { ttlSeconds: 61, uses: 1 }),
    ];
    for (const token of revoked) await revokeToken(here.vault, app, { token });
    expect(await reveal(usedUp)).toEqual(['x', 'x', 'x']);
    here.advance(60_000);
    const all = [...revoked, ...usedUp, ...expired];
    const before = await reveal(all);
    expect(before).toEqual(
      [revoked, usedUp, expired].flatMap((_, i) =>
        Array.from({ length: 3 }, () => ['token_revoked', 'token_used_up', 'token_expired'][i]),
      ),
    );

    const pages: number[] = [];
    for (let swept = 1; swept > 0; ) {
      swept = await sweepDeadTokens(here.vault.recordStore, here.now(), 1);
      pages.push(swept);
    }

    expect(pages).toEqual([3, 3, 3, 0]);
    expect(await reveal(all)).toEqual(before);
    expect(await reveal(living)).toEqual(['x', 'x', 'x']);
    expect(await count('dead_tokens')).toBe(9);
  });

  test('a token that is swept between two looks is taken at both', async () => {
    const [token] = (await store(1)) as [Token];
    await revokeToken(here.vault, await here.as('app'), { token });
    const { reader } = here.vault.recordStore;
    let release = () => {};
    const swept = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The look at the living is slow; the one at the dead, if it does not wait for that, comes before the sweep.
    const find = (async (lookup: { table: { name: string } }, keys: never) => {
      if (lookup.table.name !== 'tokens') {
        const found = await reader.find(lookup as never, keys);
        release();
        return found;
      }
      const timely = await Promise.race([
        swept.then(() => false),
        new Promise((resume) => setImmediate(() => setImmediate(() => resume(true)))),
      ]);
      if (timely) return reader.find(lookup as never, keys);
      await runBackgroundOnce(here.vault);
      return reader.find(lookup as never, keys);
    }) as typeof reader.find;
    const { tenant } = await here.as('app');

    expect(await takenTokens(withParts(reader, { find }), tenant as TenantId, [token])).toEqual(new Set([token]));

    await runBackgroundOnce(here.vault);
    expect(await takenTokens(reader, tenant as TenantId, [token])).toEqual(new Set([token]));
  });

  test('a sweep that waits for an extension leaves the token it saved; an extension that waits for a sweep finds it dead', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 6; round += 1) {
      const [token] = (await store(1, { ttlSeconds: 60 })) as [Token];
      here.advance(60_000 - 1);
      const extending = extendToken(here.vault, app, { token, ttlSeconds: 60 }).then(
        () => 'x',
        (error: { code: string }) => error.code,
      );
      here.advance(1);
      const sweeping = Array.from({ length: 3 }, () => sweepDeadTokens(here.vault.recordStore, here.now(), 100));
      const [outcome] = await Promise.all([extending, ...sweeping]);

      expect(await reveal([token])).toEqual([outcome]);
      const rows = (table: string) =>
        tell(here.home.recordStoreUrl, `SELECT token FROM ${table} WHERE token = '${token}'`);
      expect([(await rows('tokens')).length, (await rows('dead_tokens')).length]).toEqual(
        outcome === 'x' ? [1, 0] : [0, 1],
      );
    }
  });

  test('revealing, extending and revoking one token at once end in one of the orders that they could have had', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 6; round += 1) {
      const [token] = (await store(1, { uses: 3 })) as [Token];
      const work = [
        ...Array.from({ length: 6 }, () => reveal([token])),
        extendToken(here.vault, app, { token, uses: 3 }),
        revokeToken(here.vault, app, { token }),
      ];

      const results = await Promise.allSettled(work);

      const shown = results
        .slice(0, 6)
        .flatMap((result) => (result.status === 'fulfilled' ? (result.value as unknown[]) : ['failed']));
      expect(shown.filter((answer) => answer === 'x').length).toBeLessThanOrEqual(6);
      expect(shown.every((answer) => ['x', 'token_used_up', 'token_revoked'].includes(answer as string))).toBe(true);
      const refused = results.slice(6).flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
      expect(refused.every((code) => ['token_revoked', 'token_used_up'].includes(code))).toBe(true);
      expect(['token_revoked', 'token_used_up']).toContain((await reveal([token]))[0]);
    }
  });

  test('a minted token beside an erasure is of an erased record, or was refused', async () => {
    const app = await here.as('app');
    for (let round = 0; round < 6; round += 1) {
      const { results } = await tokenize(here.vault, app, { items: [{ type: 'text', value: 'x' }] });
      const record = results[0]?.record as never;
      const [minted] = await Promise.allSettled([
        mintToken(here.vault, app, { record, format: 'uuid' }),
        erase(here.vault, app, { records: [record] }),
      ]);
      if (minted.status === 'fulfilled') expect(await reveal([minted.value.token])).toEqual(['record_erased']);
      else expect(minted.reason).toMatchObject({ code: 'record_erased' });
    }
  });
});
