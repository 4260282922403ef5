import { expect, test } from 'vitest';
import { dataType } from '../../src/datatypes/registry.ts';
import type { TenantId } from '../../src/ids.ts';
import { accept } from '../../src/intake/accept.ts';
import { withTokens } from '../../src/intake/new-tokens.ts';
import { NOW, openTestVault } from '../support/vault.ts';

test('where no free token of a format is found, the refusal names the item', async () => {
  const { vault } = await openTestVault();
  const worn = { ...vault, random: (sizeBytes: number) => Buffer.alloc(sizeBytes, 7) };
  const email = accept(
    { type: dataType('email'), keep: undefined, unique: false, earlier: [] },
    'ada@example.com',
    NOW,
  );
  const wanted = [{}, { format: 'email' }, { format: 'email' }] as const;
  const drawn = withTokens(worn, 'ten_x' as TenantId, [email, email, email], wanted, NOW);
  await expect(drawn).rejects.toMatchObject({ code: 'invalid_request', field: 'items/2/format' });
});
