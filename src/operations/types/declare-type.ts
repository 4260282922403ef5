/** Declares a data type of the caller's tenant, or a new version of one. What is stored already stays readable. */

import type { Caller } from '../../calls/caller.ts';
import { perform } from '../../calls/perform.ts';
import { describeType } from '../../catalogue/description.ts';
import type { DataTypeDescription } from '../../catalogue/schema.ts';
import { customType } from '../../datatypes/custom.ts';
import type { TypeDefinition } from '../../datatypes/definition.ts';
import type { Vault } from '../../vault/vault.ts';

/**
 * A definition that stands already is declared, and answered, as what it is.
 * @throws `invalid_definition`, `low_entropy_index`, `type_base_fixed`
 * @throws `too_many_types`, `too_many_versions`, `already_exists`; nothing has been changed
 */
export async function declareType(
  vault: Vault,
  caller: Caller,
  definition: TypeDefinition,
): Promise<DataTypeDescription> {
  const idempotent = {
    body: definition,
    remember: (reply: DataTypeDescription) => ({ version: reply.version }),
    replay: (kept: { version: number }) => declaredType(definition, kept.version),
  };
  return perform<DataTypeDescription>(vault, caller, { action: 'declare_type', idempotent }, async (door) => {
    door.decide();
    const { tenant } = caller;
    const keys = await vault.catalogue.keys(tenant);
    const reply = await door.commit('exclusive', async (tx) => {
      const version = await vault.catalogue.declare(tx, keys, tenant, definition, door.now);
      return { reply: declaredType(definition, version), entry: { target: `${definition.name}/${version}` } };
    });
    vault.catalogue.forget(tenant);
    return reply;
  });
}

/** The type that a sound definition declares, as the catalogue shows it. */
export function declaredType(definition: TypeDefinition, version: number): DataTypeDescription {
  return describeType({ type: customType(definition, version), keep: undefined, definition });
}
