/**
 * A tenant's catalogue: the data types of the house, those that the tenant declared, and what it keeps of each.
 *
 * Guarantees: a type's name, base and custody stay as first declared. A stored value is always read by the version it
 * was stored under, and shown by the views of the newest: a narrower mask also holds for stored values, and no change
 * makes a stored value unreadable. Altered rows are an integrity failure (`store.ts`). A process follows its own
 * changes at once and those of other nodes within `KEPT_MS`; until then a new type is unknown there, and an old mask or
 * setting in use.
 * Does not: change what is stored. A lesser form holds for what is stored from then on.
 */
import type { Clock } from '../clock.ts';
import { customType, isUnique } from '../datatypes/custom.ts';
import type { DataType, Json, Spread } from '../datatypes/datatype.ts';
import type { TypeDefinition } from '../datatypes/definition.ts';
import { dataTypes } from '../datatypes/registry.ts';
import { IntegrityError, VaultError } from '../errors.ts';
import type { TenantId } from '../ids.ts';
import type { IndexKeys } from '../keyring/indexes/index-keys.ts';
import type { Reader, RecordTx } from '../storage/tx.ts';
import { changeSetting, declareType, type TypeSetting } from './changes.ts';
import { type CatalogueKeys, type CustomTypeRow, catalogueKeys, definitionOf, readCatalogue } from './store.ts';

/** How long a process uses a tenant's catalogue as it was read. */
export const KEPT_MS = 5_000;

/** A type as the tenant has it now. */
export interface TenantType {
  readonly type: DataType;
  /** The lesser form that the tenant keeps of its values; absent: the whole value. */
  readonly keep: { readonly name: string; readonly spread: Spread; cut(value: Json): Json } | undefined;
  /** Whether no two records may have an equal value. */
  readonly unique: boolean;
  /** Earlier versions in whose canonical forms values may still be found, the newest first. */
  readonly earlier: readonly DataType[];
}

/** A line of the catalogue. */
export interface CatalogueEntry {
  readonly type: DataType;
  /** The name of the lesser form that the tenant keeps. */
  readonly keep: string | undefined;
  readonly unique: boolean;
  /** What was declared, for a type of the tenant's own. */
  readonly definition: TypeDefinition | undefined;
}

/** A type of the tenant's own in every version, each at `version - 1`. */
interface OwnType {
  readonly definition: TypeDefinition;
  readonly versions: readonly DataType[];
}

interface Loaded {
  readonly own: ReadonlyMap<unknown, OwnType>;
  readonly keeps: ReadonlyMap<unknown, string>;
  /** Types of the house. */
  readonly unique: ReadonlySet<unknown>;
}

interface Load {
  readonly at: number;
  readonly loaded: Promise<Loaded>;
}

export class Catalogue {
  readonly #reader: Reader<'records'>;
  readonly #indexes: IndexKeys;
  readonly #clock: Clock;
  readonly #builtIn: ReadonlyMap<unknown, DataType>;
  readonly #loads = new Map<TenantId, Load>();
  /** Compiled definitions, by their text, so that reading them again compiles nothing. */
  readonly #compiled = new Map<TenantId, ReadonlyMap<string, DataType>>();

  /** @param builtIn the types of the house, which every tenant has */
  constructor(reader: Reader<'records'>, indexes: IndexKeys, clock: Clock, builtIn = dataTypes()) {
    this.#reader = reader;
    this.#indexes = indexes;
    this.#clock = clock;
    this.#builtIn = new Map(builtIn.map((type) => [type.name, type]));
  }

  /**
   * @throws `unknown_type` if neither the house nor the tenant has a type of this name
   * @throws `unknown_keep` if the tenant keeps a lesser form that only a later release knows. Storing more than that
   *   form would be a breach, so nothing is stored
   */
  async type(tenant: TenantId, name: unknown): Promise<TenantType> {
    const { own, keeps, unique } = await this.#load(tenant).loaded;
    const builtIn = this.#builtIn.get(name);
    if (builtIn !== undefined) {
      return { type: builtIn, keep: keepOf(builtIn, keeps.get(name)), unique: unique.has(name), earlier: [] };
    }
    const { versions = [], definition } = own.get(name) ?? {};
    const type = versions.at(-1);
    if (type === undefined) throw new VaultError('unknown_type');
    const earlier = versions.slice(0, -1).filter(({ spread }) => spread !== 'none');
    return { type, keep: undefined, unique: isUnique(definition), earlier: earlier.toReversed() };
  }

  /**
   * The type of a stored value, in the version it was stored under, with the views of the newest.
   * @throws {IntegrityError} for a type or a version that never was
   */
  async stored(tenant: TenantId, name: string, version: number): Promise<DataType> {
    const builtIn = this.#builtIn.get(name);
    if (builtIn !== undefined) {
      if (builtIn.version !== version) throw new IntegrityError();
      return builtIn;
    }
    const load = this.#load(tenant);
    const known = (await load.loaded).own.get(name)?.versions[version - 1];
    if (known !== undefined) return known;
    // Another node may have declared it a moment ago.
    if (this.#loads.get(tenant) === load) this.forget(tenant);
    const type = (await this.#load(tenant).loaded).own.get(name)?.versions[version - 1];
    if (type === undefined) throw new IntegrityError();
    return type;
  }

  /** The whole catalogue: the types of the house in their order, then the tenant's own by name. */
  async list(tenant: TenantId): Promise<CatalogueEntry[]> {
    const { own, keeps, unique } = await this.#load(tenant).loaded;
    return [
      ...[...this.#builtIn.values()].map((type) => ({
        ...{ type, keep: keeps.get(type.name), unique: unique.has(type.name), definition: undefined },
      })),
      ...[...own.values()].map(({ versions, definition }) => ({
        type: versions.at(-1) as DataType,
        keep: undefined,
        unique: isUnique(definition),
        definition,
      })),
    ];
  }

  /** The keys that `declare` and `set` need; read before their transaction begins. */
  keys(tenant: TenantId): Promise<CatalogueKeys> {
    return catalogueKeys(this.#indexes, tenant);
  }

  /** See `declareType`; `forget` makes this process see it. */
  declare(...change: Parameters<typeof declareType>): Promise<number> {
    return declareType(...change);
  }

  /** See `changeSetting`; `forget` makes this process see it. */
  set(
    tx: RecordTx,
    keys: CatalogueKeys,
    tenant: TenantId,
    name: string,
    change: TypeSetting,
    now: Date,
  ): Promise<void> {
    return changeSetting(tx, keys, tenant, name, this.#builtIn.get(name), change, now);
  }

  /** Reads the tenant's catalogue again at its next use. */
  forget(tenant: TenantId): void {
    this.#loads.delete(tenant);
  }

  #load(tenant: TenantId): Load {
    const now = this.#clock().getTime();
    const known = this.#loads.get(tenant);
    if (known !== undefined && now >= known.at && now < known.at + KEPT_MS) return known;
    const load: Load = { at: now, loaded: this.#read(tenant) };
    this.#loads.set(tenant, load);
    load.loaded.catch(() => {
      if (this.#loads.get(tenant) === load) this.#loads.delete(tenant);
    });
    return load;
  }

  async #read(tenant: TenantId): Promise<Loaded> {
    const { types, settings } = await readCatalogue(this.#reader, tenant, () => this.keys(tenant));
    const before = this.#compiled.get(tenant);
    const compiled = new Map<string, DataType>();
    const own = new Map<unknown, OwnType>();
    for (const rows of Map.groupBy(types, ({ name }) => name).values()) {
      const versions = rows.map((row) => {
        const id = `${row.version} ${row.definition}`;
        const type = before?.get(id) ?? customType(definitionOf(row), row.version);
        compiled.set(id, type);
        return type;
      });
      const [newestRow, newest] = [rows.at(-1) as CustomTypeRow, versions.at(-1) as DataType];
      own.set(newest.name, {
        definition: definitionOf(newestRow),
        versions: versions.map((type) => (type === newest ? type : { ...type, views: newest.views })),
      });
    }
    this.#compiled.set(tenant, compiled);
    const keeps = new Map(settings.flatMap(({ name, keep }) => (keep === null ? [] : [[name, keep] as const])));
    const unique = new Set(settings.flatMap(({ name, is_unique }) => (is_unique === null ? [] : [name])));
    return { own, keeps, unique };
  }
}

function keepOf(type: DataType, name: string | undefined): TenantType['keep'] {
  if (name === undefined) return undefined;
  const keep = Object.hasOwn(type.keeps ?? {}, name) ? type.keeps?.[name] : undefined;
  if (keep === undefined) throw new VaultError('unknown_keep');
  return { name, spread: keep.spread, cut: keep.cut };
}
