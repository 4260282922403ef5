/**
 * The part of the client for roles: their rules, what they come to, and why somebody may do something. The vault
 * decides what an API key may do. `lethe-client.ts` says what every call guarantees.
 */
import type { operations } from './api.ts';
import { eachOf, type PageSize, type ReplyOf, read } from './calls.ts';
import { id, rolePath } from './paths.ts';
import type {
  AccessExplained,
  AccessExposure,
  AccessQuestion,
  AccessReview,
  CallOptions,
  EndedRole,
  Loose,
  RoleCells,
  RoleChange,
  RoleDefinition,
  RoleHistory,
  RoleRules,
} from './shapes.ts';
import { type Call, Transport, type TransportOptions } from './transport.ts';

export class RoleClient {
  protected readonly transport: Transport;

  /** @throws {TypeError} for a URL or an API key that cannot be one */
  constructor(options: TransportOptions) {
    this.transport = new Transport(options);
  }

  /** The roles of the house, then the tenant's own in force. */
  async listRoles(options: CallOptions = {}): Promise<readonly RoleRules[]> {
    return (await this.send<'listRoles'>({ ...read('GET', '/v1/roles'), ...options })).roles;
  }

  /** A role, who has it, and what it was before. */
  async readRole(role: string, options: CallOptions = {}): Promise<RoleHistory> {
    return this.send<'readRole'>({ ...read('GET', rolePath(role)), ...options });
  }

  /** Makes or changes a role of the tenant's own. A repeat changes nothing. */
  async changeRole(role: string, to: RoleDefinition, options: CallOptions = {}): Promise<RoleChange> {
    return this.send<'changeRole'>({ method: 'PUT', path: rolePath(role), body: to, repeat: 'always', ...options });
  }

  /** What such a change would open and close, and for whom. Changes nothing. */
  async previewRole(role: string, to: RoleDefinition, options: CallOptions = {}): Promise<RoleChange> {
    return this.send<'previewRole'>({ ...read('POST', `${rolePath(role)}/preview`, to), ...options });
  }

  /** Ends a role that no principal has any more. A repeat changes nothing. */
  async endRole(role: string, options: CallOptions = {}): Promise<EndedRole> {
    return this.send<'endRole'>({ method: 'DELETE', path: rolePath(role), repeat: 'always', ...options });
  }

  /** All that each role allows, or one of them. */
  async readAccessMatrix(role?: string, options: CallOptions = {}): Promise<readonly RoleCells[]> {
    const call = { ...read('GET', '/v1/access/matrix'), query: { role }, ...options };
    return (await this.send<'readAccessMatrix'>(call)).roles;
  }

  /** Why somebody may do something, or may not. Reveals nothing. */
  async explainAccess(question: AccessQuestion, options: CallOptions = {}): Promise<AccessExplained> {
    return this.send<'explainAccess'>({ ...read('POST', '/v1/access/explain', question), ...options });
  }

  /** A page of what a principal was shown, from the log. */
  async readAccessExposure(
    query: Loose<NonNullable<operations['readAccessExposure']['parameters']['query']>>,
    options: CallOptions = {},
  ): Promise<AccessExposure> {
    const { principal, after, ...rest } = query;
    const of = { principal: id('prn', principal), after: after && id('aud', after), ...rest };
    return this.send<'readAccessExposure'>({ ...read('GET', '/v1/access/exposure'), query: of, ...options });
  }

  /** A page of who may do what, by which rule, and when they last did; `eachReviewed` walks through all of it. */
  async readAccessReview(page: PageSize & { readonly after?: string } & CallOptions = {}): Promise<AccessReview> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('prn', after), limit };
    return this.send<'readAccessReview'>({ ...read('GET', '/v1/access/review'), query, ...rest });
  }

  /** Every principal in force, with what it may do. */
  async *eachReviewed(page: PageSize = {}): AsyncGenerator<AccessReview['principals'][number], void, undefined> {
    yield* eachOf(async (after) => {
      const { principals, next } = await this.readAccessReview({ ...page, ...(after && { after }) });
      return { rows: principals, next };
    });
  }

  protected send<Op extends keyof operations>(call: Call): Promise<ReplyOf<Op>> {
    return this.transport.send<ReplyOf<Op>>(call);
  }
}
