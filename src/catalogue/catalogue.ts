/** Placeholder until the catalogue lands: the built-in types, kept whole. */
import type { DataType, Json, Spread } from '../datatypes/datatype.ts';
import { dataType } from '../datatypes/registry.ts';
import { IntegrityError } from '../errors.ts';
import type { TenantId } from '../ids.ts';

export interface TenantType {
  readonly type: DataType;
  readonly keep: { readonly name: string; readonly spread: Spread; cut(value: Json): Json } | undefined;
  readonly earlier: readonly DataType[];
}

export class Catalogue {
  // biome-ignore lint/complexity/noUselessConstructor: placeholder
  constructor(..._: unknown[]) {}

  async type(_tenant: TenantId, name: unknown): Promise<TenantType> {
    return { type: dataType(name), keep: undefined, earlier: [] };
  }

  async stored(_tenant: TenantId, name: string, _version: number): Promise<DataType> {
    try {
      return dataType(name);
    } catch (cause) {
      throw new IntegrityError({ cause });
    }
  }
}
