/** Sets the lesser form in which the caller's tenant keeps the values of a type from now on. */

import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { describeType } from '../../catalogue/description.ts';
import type { DataTypeDescription } from '../../catalogue/schema.ts';
import { VaultError } from '../../errors.ts';
import type { Vault } from '../../vault/vault.ts';

/**
 * What is stored already stays as it is. Setting what is set changes nothing and is no error.
 * @param keep null: the whole value
 * @throws `unknown_type`, `unknown_keep`; nothing has been changed
 */
export async function setKeep(
  vault: Vault,
  caller: Caller,
  name: string,
  { keep }: { readonly keep: string | null },
): Promise<DataTypeDescription> {
  return perform<DataTypeDescription>(vault, caller, { action: 'set_keep' }, async (door) => {
    door.decide();
    const { tenant } = caller;
    const keys = await vault.catalogue.keys(tenant);
    const entry = (await vault.catalogue.list(tenant)).find(({ type }) => type.name === name);
    if (entry === undefined) throw new VaultError('unknown_type');
    const reply = await door.commit('exclusive', async (tx) => {
      await vault.catalogue.setKeep(tx, keys, tenant, name, keep, door.now);
      return {
        reply: describeType({ ...entry, keep: keep ?? undefined }),
        entry: { target: keep === null ? name : `${name}/${keep}` },
      };
    });
    vault.catalogue.forget(tenant);
    return reply;
  });
}
