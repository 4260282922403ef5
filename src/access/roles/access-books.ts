/**
 * What a process remembers of each tenant's access: the rules of its own roles, compiled, which data types its purposes
 * need, and above how many subjects an erasure asks for a second person.
 *
 * Guarantees: a change holds from the next call on, on every node. A tenant's row carries a mark that every change of
 * its roles, purposes and approval policy draws anew, in the same transaction. Each call reads that row anyway, and a
 * book with another mark is read again. An altered role allows nothing: who has it gets an integrity failure. For a
 * purpose that was altered, has ended, or is not there, nothing is shown.
 * Bounded: the books of 1,000 tenants, each with 100 roles of 200 rules and 200 purposes at most.
 */
import type { TenantId } from '../../ids.ts';
import type { IndexKeys } from '../../keyring/indexes/index-keys.ts';
import type { Reader } from '../../storage/tx.ts';
import { erasesAloneIn } from '../approvals/policy.ts';
import { principalKeys } from '../keys.ts';
import { type Needs, needsOf } from '../needs.ts';
import { purposesOfTenant } from '../purposes.ts';
import type { TenantRow } from '../store.ts';
import { type CompiledRole, compileRole } from './compiled-role.ts';
import { type RoleRow, rolesInForce, rulesIn } from './rows.ts';

const MAX_BOOKS = 1_000;

interface Read {
  readonly roles: ReadonlyMap<string, () => CompiledRole>;
  readonly needs: Needs;
  readonly erasesAlone: number | undefined;
}

interface Book {
  readonly mark: number;
  readonly read: Promise<Read>;
}

export class AccessBooks {
  readonly #indexes: IndexKeys;
  readonly #books = new Map<string, Book>();

  constructor(indexes: IndexKeys) {
    this.#indexes = indexes;
  }

  /**
   * @param tenant as this call has read it
   * @returns undefined for a role that is not in force @throws {IntegrityError} for one that was altered
   */
  async role(reader: Reader<'records'>, tenant: TenantRow, name: string): Promise<CompiledRole | undefined> {
    const { roles } = await this.#book(reader, tenant).read;
    return roles.get(name)?.();
  }

  /** Which data types each purpose in use needs. */
  async needs(reader: Reader<'records'>, tenant: TenantRow): Promise<Needs> {
    return (await this.#book(reader, tenant).read).needs;
  }

  /** How many subjects a call may erase without asking for a second person; undefined: it need not ask. */
  async erasesAlone(reader: Reader<'records'>, tenant: TenantRow): Promise<number | undefined> {
    return (await this.#book(reader, tenant).read).erasesAlone;
  }

  #book(reader: Reader<'records'>, { tenant, access_mark: mark }: TenantRow): Book {
    const known = this.#books.get(tenant);
    if (known?.mark === mark) return known;
    const book = { mark, read: this.#read(reader, tenant as TenantId) };
    this.#books.delete(tenant);
    this.#books.set(tenant, book);
    // A store that did not answer is asked again.
    book.read.catch(() => this.#books.get(tenant) === book && this.#books.delete(tenant));
    const [oldest] = this.#books.keys();
    if (this.#books.size > MAX_BOOKS && oldest !== undefined) this.#books.delete(oldest);
    return book;
  }

  async #read(reader: Reader<'records'>, tenant: TenantId): Promise<Read> {
    const rows = await rolesInForce(reader, tenant);
    const keys = await principalKeys(this.#indexes, tenant);
    const needs = needsOf(await purposesOfTenant(reader, keys, tenant));
    const erasesAlone = await erasesAloneIn(reader, keys, tenant);
    return { roles: new Map(rows.map((row) => [row.role, compiled(row)])), needs, erasesAlone };

    function compiled(row: RoleRow): () => CompiledRole {
      try {
        const role = compileRole(row.role, rulesIn(keys, row));
        return () => role;
      } catch (error) {
        return () => {
          throw error;
        };
      }
    }
  }
}
