/** The kinds of key under epochs: the opening of a vault and the close of an epoch must know the same ones. */
import { expect, test } from 'vitest';
import { publicKeyOf } from '../../src/crypto/jws.ts';
import { pooledRandom } from '../../src/crypto/random.ts';
import { IntegrityError } from '../../src/errors.ts';
import type { TenantId } from '../../src/ids.ts';
import { TABLES_UNDER_EPOCHS } from '../../src/keyring/epochs/opening.ts';
import { tenantTombstones } from '../../src/keyring/tenant-tombstones.ts';
import { freshHome, tell } from '../support/home.ts';

test('an epoch that is empty at the opening has nothing that its close would move', async () => {
  const vault = await (await freshHome('sqlite')).open();
  expect(TABLES_UNDER_EPOCHS.map(({ name }) => name).sort()).toEqual(
    vault.keyring.wrapped.map(({ kind }) => kind).sort(),
  );
});

test('no key of any kind is made for a tenant that is buried', async () => {
  const { keyStore, keyring } = await (await freshHome('sqlite')).open();
  const tenant = 'ten_gone' as TenantId;
  const orders = { erasure: 'era_gone', ordered_by: 'prn_gone', ordered_at: 1, buried_at: 1 };
  const row = { tenant, ...orders, epoch: null, records: 0, shredded_at: null };
  await keyStore.exclusive((tx) => tx.insert(tenantTombstones, [row]));

  for (const making of [
    () => keyring.buckets.withRoom(tenant),
    () => keyring.indexes.current(tenant, 'email'),
    () => keyring.windows.current(tenant),
  ]) {
    await expect(making()).rejects.toMatchObject({ code: 'tenant_erased' });
  }
});

test('a signing key whose public key was exchanged is not the vault’s own', async () => {
  const home = await freshHome('sqlite');
  const { keyring } = await home.open();
  await keyring.signing.sign({}, 'test+jwt');
  await tell(home.keyStoreUrl, 'UPDATE signing_keys SET public_key = ?', [publicKeyOf(pooledRandom()(32))]);

  await expect(keyring.signing.publicKeys()).rejects.toThrow(IntegrityError);
  await expect(keyring.signing.sign({}, 'test+jwt')).rejects.toThrow(IntegrityError);
});
