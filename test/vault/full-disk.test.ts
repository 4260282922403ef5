/** A disk that is full in the middle of everything: nothing is shown, nothing is lost, and it goes on when there is room. */
import { expect, test } from 'vitest';
import type { Token } from '../../src/ids.ts';
import { erase } from '../../src/operations/erasures/erase.ts';
import { detokenize } from '../../src/operations/values/detokenize.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { appOf, freshHome } from '../support/home.ts';
import { smallDisk } from '../support/small-disk.ts';
import { tokenize } from '../support/tokenize.ts';

test('with the record store’s disk full, no value leaves and none is taken; with room again, all is as it was', async ({
  skip,
}) => {
  const disk = await smallDisk(8);
  if (disk === undefined) return skip('no small disk can be mounted here');
  const home = await freshHome('sqlite');
  const vault = await openVault(
    { ...home.config, recordStoreUrl: `sqlite:${disk.path}/records.db` },
    { mayMake: true },
  );
  try {
    const app = await appOf(vault, home);
    const item = { type: 'email', value: 'ada@example.com', subject: 'ada' };
    const [stored] = (await tokenize(vault, app, { items: [item] })).results;
    const reveal = () => detokenize(vault, app, { tokens: [stored?.token as Token], purpose: 'billing' });
    await disk.fill();
    // A little room may be left inside the log's last block.
    const filling = async () => {
      for (let i = 0; i < 1_000; i += 1)
        await tokenize(vault, app, { items: [{ type: 'text', value: 'x'.repeat(4_000) }] });
    };
    await expect(filling()).rejects.toMatchObject({ kind: 'unavailable', code: 'store_unavailable' });

    for (const call of [
      reveal,
      () => tokenize(vault, app, { items: [item] }),
      () => erase(vault, app, { ref: 'ada' }),
    ]) {
      await expect(call()).rejects.toMatchObject({ kind: 'unavailable', code: 'store_unavailable' });
    }

    await disk.free();
    expect((await reveal()).results[0]).toMatchObject({ value: 'ada@example.com' });
    expect(await erase(vault, app, { ref: 'ada' })).toMatchObject({ state: 'completed', records: 1 });
  } finally {
    await vault.close();
  }
});
