/**
 * The part of the client for grants: to see something of certain people, for a case and for a time. `lethe-client.ts`
 * says what every call guarantees.
 */
import type { PageOf } from './access-client.ts';
import { read, write } from './calls.ts';
import { HookClient } from './hook-client.ts';
import { id } from './paths.ts';
import type { CallOptions, Grant, GrantCode, GrantOrder, GrantPage, GrantWithReason, WriteOptions } from './shapes.ts';

export class GrantClient extends HookClient {
  /** Orders a grant. Its `state` says whether it holds, or waits for somebody else. */
  async orderGrant(order: GrantOrder, options: WriteOptions = {}): Promise<Grant> {
    return this.send<'orderGrant'>({ ...write('POST', '/v1/grants', order), ...options });
  }

  /** A page of grants, also of those that are over. Whoever uses grants sees its own. */
  async listGrants(page: PageOf<'listGrants'> & CallOptions = {}): Promise<GrantPage> {
    const { after, limit, state, ...rest } = page;
    const query = { after: after && id('gra', after), limit, state };
    return this.send<'listGrants'>({ ...read('GET', '/v1/grants'), query, ...rest });
  }

  /** A grant; those who approve are told why, too. */
  async readGrant(grant: string, options: CallOptions = {}): Promise<GrantWithReason> {
    return this.send<'readGrant'>({ ...read('GET', pathOf(grant)), ...options });
  }

  /** Agrees to somebody else's grant. A repeat is refused with `already_approved` or `grant_not_open`. */
  async approveGrant(grant: string, options: CallOptions = {}): Promise<Grant> {
    return this.send<'approveGrant'>({
      method: 'POST',
      path: `${pathOf(grant)}/approve`,
      repeat: 'refused',
      ...options,
    });
  }

  /** Refuses a grant that waits. */
  async refuseGrant(grant: string, options: CallOptions = {}): Promise<Grant> {
    return this.send<'refuseGrant'>({ method: 'POST', path: `${pathOf(grant)}/refuse`, repeat: 'refused', ...options });
  }

  /** Says that you have reviewed somebody else's break-glass grant. A repeat changes nothing. */
  async reviewGrant(grant: string, options: CallOptions = {}): Promise<Grant> {
    return this.send<'reviewGrant'>({ method: 'POST', path: `${pathOf(grant)}/review`, repeat: 'always', ...options });
  }

  /** Ends a grant before its time. A repeat changes nothing. */
  async endGrant(grant: string, options: CallOptions = {}): Promise<Grant> {
    return this.send<'endGrant'>({ method: 'POST', path: `${pathOf(grant)}/revoke`, repeat: 'always', ...options });
  }

  /** A case of the helpdesk is closed. @returns the grants that ended with it */
  async closeTicket(ticket: string, options: CallOptions = {}): Promise<readonly string[]> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/.test(ticket)) throw new TypeError('This is no ticket.');
    const path = `/v1/tickets/${encodeURIComponent(ticket)}/close`;
    return (await this.send<'closeTicket'>({ method: 'POST', path, repeat: 'always', ...options })).grants;
  }

  /** Makes a code to be shown to this person alone, who tells it to an agent. It is shown once. */
  async offerGrantCode(
    subject: string,
    what: { readonly types: readonly string[]; readonly view: string; readonly minutes: number },
    options: WriteOptions = {},
  ): Promise<GrantCode> {
    const path = `/v1/subjects/${id('sub', subject)}/grant-codes`;
    return this.send<'offerGrantCode'>({ ...write('POST', path, what), ...options });
  }

  /** Redeems the code that a person has told. */
  async redeemGrantCode(code: string, options: WriteOptions = {}): Promise<Grant> {
    return this.send<'redeemGrantCode'>({ ...write('POST', '/v1/grants/redeem', { code }), ...options });
  }
}

function pathOf(grant: string): string {
  return `/v1/grants/${id('gra', grant)}`;
}
