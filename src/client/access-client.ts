/**
 * The part of the client for principals, their API keys, and tenants. The vault decides what an API key may do.
 * `lethe-client.ts` says what every call guarantees.
 */
import type { operations } from './api.ts';
import { eachOf, type PageSize, read, write } from './calls.ts';
import { id, purposePath } from './paths.ts';
import { RoleClient } from './role-client.ts';
import type {
  AddedPrincipal,
  AddedTenant,
  CallOptions,
  EndedApiKey,
  Me,
  Principal,
  PrincipalPage,
  Purpose,
  PurposeDeclaration,
  PurposeHistory,
  RevokedPrincipal,
  Role,
  RotatedApiKey,
  Tenant,
  TenantPage,
  WriteOptions,
} from './shapes.ts';

export type PageOf<Op extends keyof operations> = NonNullable<operations[Op]['parameters']['query']>;

export class AccessClient extends RoleClient {
  /** What this client's own API key is: whose, for what, and until when. */
  async getMe(options: CallOptions = {}): Promise<Me> {
    return this.send<'getMe'>({ ...read('GET', '/v1/me'), ...options });
  }

  /**
   * Adds a principal and returns its API key, which is shown once.
   * @throws {LetheError} `api_key_already_shown` if the first answer was lost: revoke the principal and add it again
   */
  async addPrincipal(
    wanted: {
      readonly name: string;
      /** Of the house, or of the tenant's own. */
      readonly role: Role;
      readonly purposes?: readonly string[];
      /** Ties the principal to the tokens of this audience. */
      readonly audience?: string | undefined;
      /** The only networks from which it may call, in CIDR notation. */
      readonly networks?: readonly string[] | null | undefined;
      /** When its API key stops working; null: never; absent: as the vault is set. */
      readonly expiresAt?: Date | string | null | undefined;
    },
    options: WriteOptions = {},
  ): Promise<AddedPrincipal> {
    return this.send<'addPrincipal'>({ ...write('POST', '/v1/principals', wanted), ...options });
  }

  /** A page of the tenant's principals; `eachPrincipal` walks through all of them. */
  async listPrincipals(page: PageOf<'listPrincipals'> & CallOptions = {}): Promise<PrincipalPage> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('prn', after), limit };
    return this.send<'listPrincipals'>({ ...read('GET', '/v1/principals'), query, ...rest });
  }

  /** Every principal of the tenant, page by page. */
  async *eachPrincipal(page: PageSize = {}): AsyncGenerator<Principal, void, undefined> {
    yield* eachOf(async (after) => {
      const { principals, next } = await this.listPrincipals({ ...page, ...(after && { after }) });
      return { rows: principals, next };
    });
  }

  /** Gives a principal other purposes or networks, or its API key another end; null: none. What is not named stays. */
  async changePrincipal(
    principal: string,
    to: {
      readonly purposes?: readonly string[] | null | undefined;
      readonly expiresAt?: Date | string | null | undefined;
      /** An empty list: from everywhere. */
      readonly networks?: readonly string[] | null | undefined;
    },
    options: CallOptions = {},
  ): Promise<Principal> {
    const path = `/v1/principals/${id('prn', principal)}`;
    return this.send<'changePrincipal'>({ method: 'PATCH', path, body: to, repeat: 'always', ...options });
  }

  /**
   * Makes a new API key of a principal, which is shown once. The one in use works for `overlapSeconds` more, by default
   * a day; 0 ends every other key at once. A repeat under one idempotency key returns the same.
   */
  async rotateApiKey(
    principal: string,
    how: { readonly overlapSeconds?: number; readonly expiresAt?: Date | string | null | undefined } = {},
    options: WriteOptions = {},
  ): Promise<RotatedApiKey> {
    return this.send<'rotateApiKey'>({
      ...write('POST', `/v1/principals/${id('prn', principal)}/keys`, how),
      ...options,
    });
  }

  /** Ends one API key of a principal at once. A repeat changes nothing. */
  async endApiKey(principal: string, key: string, options: CallOptions = {}): Promise<EndedApiKey> {
    const path = `/v1/principals/${id('prn', principal)}/keys/${id('key', key)}`;
    return this.send<'endApiKey'>({ method: 'DELETE', path, repeat: 'always', ...options });
  }

  /** Revokes a principal: its API keys stop working at once. A repeat changes nothing. */
  async revokePrincipal(principal: string, options: CallOptions = {}): Promise<RevokedPrincipal> {
    const path = `/v1/principals/${id('prn', principal)}`;
    return this.send<'revokePrincipal'>({ method: 'DELETE', path, repeat: 'always', ...options });
  }

  /** The purposes of the tenant in the order of their words, ended ones too. */
  async listPurposes(options: CallOptions = {}): Promise<readonly Purpose[]> {
    return (await this.send<'listPurposes'>({ ...read('GET', '/v1/purposes'), ...options })).purposes;
  }

  /** A purpose as it stands, and what people were told before. */
  async getPurpose(purpose: string, options: CallOptions = {}): Promise<PurposeHistory> {
    return this.send<'getPurpose'>({ ...read('GET', purposePath(purpose)), ...options });
  }

  /** Declares a purpose, or says something else of it: all that is said. A repeat changes nothing. */
  async declarePurpose(purpose: string, said: PurposeDeclaration, options: CallOptions = {}): Promise<Purpose> {
    const path = purposePath(purpose);
    return this.send<'declarePurpose'>({ method: 'PUT', path, body: said, repeat: 'always', ...options });
  }

  /** Ends a purpose that no principal has any more. A repeat changes nothing. */
  async endPurpose(purpose: string, options: CallOptions = {}): Promise<Purpose> {
    return this.send<'endPurpose'>({ method: 'DELETE', path: purposePath(purpose), repeat: 'always', ...options });
  }

  /**
   * Adds a tenant and returns its first administrator's API key. A repeat under one idempotency key returns the same.
   */
  async addTenant(name: string, options: WriteOptions = {}): Promise<AddedTenant> {
    return this.send<'addTenant'>({ ...write('POST', '/v1/tenants', { name }), ...options });
  }

  /** Suspends a tenant: every call of it is refused. Or lets it go on. A repeat changes nothing. */
  async changeTenant(tenant: string, to: { readonly suspended: boolean }, options: CallOptions = {}): Promise<Tenant> {
    const path = `/v1/tenants/${id('ten', tenant)}`;
    return this.send<'changeTenant'>({ method: 'PATCH', path, body: to, repeat: 'always', ...options });
  }

  /** A page of the vault's tenants, erased ones too; `eachTenant` walks through all of them. */
  async listTenants(page: PageOf<'listTenants'> & CallOptions = {}): Promise<TenantPage> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('ten', after), limit };
    return this.send<'listTenants'>({ ...read('GET', '/v1/tenants'), query, ...rest });
  }

  /** Every tenant of the vault, page by page. */
  async *eachTenant(page: PageSize = {}): AsyncGenerator<Tenant, void, undefined> {
    yield* eachOf(async (after) => {
      const { tenants, next } = await this.listTenants({ ...page, ...(after && { after }) });
      return { rows: tenants, next };
    });
  }
}
