/**
 * The part of the client for people: what is held about them, and its erasure. `lethe-client.ts` says what every call
 * guarantees.
 */
import type { PageOf } from './access-client.ts';
import { eachOf, type PageSize, read, write } from './calls.ts';
import { ChoiceClient } from './choice-client.ts';
import { id } from './paths.ts';
import type {
  CallOptions,
  Certificate,
  ErasureReceipt,
  ErasureTarget,
  Reason,
  StoredRecord,
  SubjectPage,
  WriteOptions,
} from './shapes.ts';

export class SubjectClient extends ChoiceClient {
  /** Erases for good. From the reply on, nothing opens the values. */
  async erase(target: ErasureTarget, options: Reason & WriteOptions = {}): Promise<ErasureReceipt> {
    const { reason, ...rest } = options;
    return this.send<'erase'>({ ...write('POST', '/v1/erasures', { ...target, reason }), ...rest });
  }

  /**
   * Erases a tenant with everything in it, for good. If it is the caller's own tenant, the answer may be lost together
   * with the API key. The first tenant's operators can then read the receipt.
   * @param name the tenant's name, to guard against slips
   */
  async eraseTenant(tenant: string, name: string, options: Reason & WriteOptions = {}): Promise<ErasureReceipt> {
    const { reason, ...rest } = options;
    const body = { tenant: id('ten', tenant), confirm: name, reason };
    return this.send<'erase'>({ ...write('POST', '/v1/erasures', body), ...rest });
  }

  /** The receipt of an erasure, as it stands now. */
  async getErasure(erasure: string, options: CallOptions = {}): Promise<ErasureReceipt> {
    return this.send<'getErasure'>({ ...read('GET', `/v1/erasures/${id('ers', erasure)}`), ...options });
  }

  /**
   * The certificate of an erasure: a JWS that anybody can verify with the keys of `/.well-known/jwks.json`. Until it is
   * signed, the reply says what it waits for.
   */
  async getCertificate(erasure: string, options: CallOptions = {}): Promise<Certificate> {
    return this.send<'getCertificate'>({
      ...read('GET', `/v1/erasures/${id('ers', erasure)}/certificate`),
      ...options,
    });
  }

  /** The subject's id, for the app's own name for a person. */
  async resolveSubject(ref: string, options: CallOptions = {}): Promise<string> {
    const reply = await this.send<'resolveSubject'>({ ...read('POST', '/v1/subjects/resolve', { ref }), ...options });
    return reply.subject;
  }

  /** A page of what is held about a subject, without values; `eachRecord` walks through all of it. */
  async getSubject(subject: string, page: PageOf<'getSubject'> & CallOptions = {}): Promise<SubjectPage> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('rec', after), limit };
    return this.send<'getSubject'>({ ...read('GET', `/v1/subjects/${id('sub', subject)}`), query, ...rest });
  }

  /** Every record of a subject, page by page. @param who the subject's id, or the app's own name for the person */
  async *eachRecord(
    who: string | { readonly ref: string },
    page: PageSize = {},
  ): AsyncGenerator<StoredRecord, void, undefined> {
    const { limit: _, ...options } = page;
    const subject = typeof who === 'string' ? who : await this.resolveSubject(who.ref, options);
    yield* eachOf(async (after) => {
      const { records, next } = await this.getSubject(subject, { ...page, ...(after && { after }) });
      return { rows: records, next };
    });
  }
}
