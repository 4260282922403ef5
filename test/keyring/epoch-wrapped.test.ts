/** The kinds of key under epochs: the opening of a vault and the close of an epoch must know the same ones. */
import { expect, test } from 'vitest';
import { TABLES_UNDER_EPOCHS } from '../../src/keyring/epochs/epoch-keys.ts';
import { freshHome } from '../support/home.ts';

test('an epoch that is empty at the opening has nothing that its close would move', async () => {
  const vault = await (await freshHome('sqlite')).open();
  expect(TABLES_UNDER_EPOCHS.map(({ name }) => name).sort()).toEqual(
    vault.keyring.wrapped.map(({ kind }) => kind).sort(),
  );
});
