/** Where envelopes are kept: one stands, and who removes one removes the one that was meant. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { envelopesInMemory, storedEnvelopes } from '../../src/keyring/slots/envelopes.ts';
import type { Envelopes } from '../../src/keyring/slots/transit-slot.ts';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { ENGINES, freshStores } from '../support/stores.ts';
import { NOW } from '../support/vault.ts';

const [first, second] = [Buffer.from('vault:v1:first'), Buffer.from('vault:v1:second')];

describe.each([...ENGINES, 'memory'] as const)('in %s', (place) => {
  const opened = async (): Promise<Envelopes> => {
    if (place === 'memory') return envelopesInMemory();
    const stores = await freshStores(place);
    onTestFinished(stores.drop);
    const store = await openStore('keys', stores.keyStoreUrl);
    onTestFinished(() => store.close());
    return storedEnvelopes(store, () => NOW);
  };

  test('of those put for one slot and epoch the first stands, and whoever puts is told so', async () => {
    const envelopes = await opened();

    expect(await envelopes.put('kms', 1, first)).toEqual(first);
    expect(await envelopes.put('kms', 1, second)).toEqual(first);
    expect([await envelopes.get('kms', 1), await envelopes.get('kms', 2)]).toEqual([first, undefined]);
  });

  test('the very one that is named is removed; another that was put meanwhile stays', async () => {
    const envelopes = await opened();
    await envelopes.put('kms', 1, first);
    await envelopes.put('kms', 2, first);

    await envelopes.remove('kms', 1, second);
    expect(await envelopes.get('kms', 1)).toEqual(first);
    await envelopes.remove('kms', 1, first);
    expect([await envelopes.get('kms', 1), await envelopes.get('kms', 2)]).toEqual([undefined, first]);
    await envelopes.put('kms', 1, second);
    await envelopes.remove('kms', 1, first);
    expect(await envelopes.get('kms', 1)).toEqual(second);
  });

  test('where none is named, whichever stands is removed', async () => {
    const envelopes = await opened();
    await envelopes.put('kms', 1, second);

    await envelopes.remove('kms', 1);

    expect(await envelopes.get('kms', 1)).toBeUndefined();
  });
});
