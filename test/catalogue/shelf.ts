/** A catalogue on a vault's own stores, with a type of the house that offers lesser forms; and a hand to change it. */
import { z } from 'zod';
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import { changeSetting, declareType } from '../../src/catalogue/changes.ts';
import { catalogueKeys } from '../../src/catalogue/store.ts';
import type { DataType } from '../../src/datatypes/datatype.ts';
import type { TypeDefinition } from '../../src/datatypes/definition.ts';
import { dataTypes } from '../../src/datatypes/registry.ts';
import type { TenantId } from '../../src/ids.ts';
import type { Vault } from '../../src/vault/vault.ts';

/** A place in a building, which a tenant may keep by its floor alone. */
export const desk: DataType<{ readonly floor: number; readonly seat: string }> = {
  name: 'desk',
  version: 1,
  category: 'contact',
  description: 'A desk: {floor, seat}. Views: masked (the floor).',
  input: z.strictObject({ floor: z.int(), seat: z.string() }),
  examples: [{ floor: 3, seat: 'B12' }],
  spread: 'unique',
  keeps: { floor: { description: 'The floor alone.', spread: 'none', cut: ({ floor }) => ({ floor, seat: '' }) } },
  parse: (input) => input as { floor: number; seat: string },
  canonical: ({ floor, seat }) => `${floor}/${seat}`,
  views: { masked: ({ floor }) => String(floor) },
};

const HOUSE = [...dataTypes(), desk];

export interface Shelf {
  readonly catalogue: Catalogue;
  declare(tenant: TenantId, ...definitions: TypeDefinition[]): Promise<number[]>;
  setKeep(tenant: TenantId, name: string, keep: string | null): Promise<void>;
}

export function shelfOf(vault: Vault, reader = vault.recordStore.reader): Shelf {
  const catalogue = new Catalogue(reader, vault.keyring.indexes, vault.clock, HOUSE);
  return {
    catalogue,
    async declare(tenant, ...definitions) {
      const keys = await catalogueKeys(vault.keyring.indexes, tenant);
      const versions = await vault.recordStore.exclusive(async (tx) => {
        const made: number[] = [];
        for (const each of definitions) made.push(await declareType(tx, keys, tenant, each, vault.clock()));
        return made;
      });
      catalogue.forget(tenant);
      return versions;
    },
    async setKeep(tenant, name, keep) {
      const keys = await catalogueKeys(vault.keyring.indexes, tenant);
      const type = HOUSE.find((candidate) => candidate.name === name);
      await vault.recordStore.exclusive((tx) => changeSetting(tx, keys, tenant, name, type, { keep }, vault.clock()));
      catalogue.forget(tenant);
    },
  };
}
