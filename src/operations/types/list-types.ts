/** The tenant's catalogue of data types, from which a form or a client can be built. */

import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import type { DataTypeDescription } from '../../catalogue/schema.ts';
import { dataTypes } from '../../datatypes/registry.ts';
import type { Vault } from '../../vault/vault.ts';
import { describeType } from './describe-type.ts';

export async function listTypes(vault: Vault, caller: Caller): Promise<{ types: DataTypeDescription[] }> {
  return perform(vault, caller, { action: 'list_types' }, async (door) => {
    door.decide();
    const types = (await vault.catalogue.list(caller.tenant)).map(describeType);
    return door.commit('shared', async () => ({ reply: { types }, entry: {} }));
  });
}

/** The types of the house, for the documentation: what data types there are is no secret. */
export function typeCatalogue(): DataTypeDescription[] {
  return dataTypes().map((type) => describeType({ type, keep: undefined, definition: undefined }));
}
