/** The catalogue of data types, from which a form or a client can be built. */
import { z } from 'zod';
import { dataTypes } from '../datatypes/registry.ts';
import type { Caller } from './caller.ts';
import { perform } from './perform.ts';
import type { DataTypeSchema } from './schema.ts';
import type { Vault } from './vault.ts';

type Catalogue = z.infer<typeof DataTypeSchema>[];

export async function listTypes(vault: Vault, caller: Caller): Promise<{ types: Catalogue }> {
  return perform(vault, caller, { action: 'list_types' }, async (door) => {
    door.decide();
    return door.commit('shared', async () => ({ reply: { types: typeCatalogue() }, entry: {} }));
  });
}

/** The same for the documentation: what data types there are is no secret. */
export function typeCatalogue(): Catalogue {
  return dataTypes().map((type) => ({
    name: type.name,
    category: type.category,
    description: type.description,
    searchable: type.spread !== 'none',
    views: ['plain', ...Object.keys(type.views)],
    input: z.toJSONSchema(type.input, { io: 'input' }) as Record<string, unknown>,
    examples: [...type.examples],
  }));
}
