/**
 * The part of the client for those who operate the vault: principals, tenants, keys, long jobs, the audit log. The
 * vault decides what an API key may do. `lethe-client.ts` says what every call guarantees.
 */
import type { operations } from './api.ts';
import { eachOf, type PageSize, type ReplyOf, read, write } from './calls.ts';
import { id } from './paths.ts';
import type {
  AddedPrincipal,
  AddedTenant,
  AuditEntry,
  AuditPage,
  CallOptions,
  Compromise,
  ExposedPage,
  Job,
  JobPage,
  KeyEntry,
  Principal,
  PrincipalPage,
  RemovedSlot,
  RevokedPrincipal,
  Role,
  RootSlot,
  SlotChecks,
  Status,
  Tenant,
  TenantPage,
  WriteOptions,
} from './shapes.ts';
import { type Call, Transport, type TransportOptions } from './transport.ts';

export type PageOf<Op extends keyof operations> = NonNullable<operations[Op]['parameters']['query']>;

export class OperatorClient {
  readonly #transport: Transport;

  /** @throws {TypeError} for a URL or an API key that cannot be one */
  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
  }

  /**
   * Adds a principal and returns its API key, which is shown once.
   * @throws {LetheError} `api_key_already_shown` if the first answer was lost: revoke the principal and add it again
   */
  async addPrincipal(
    wanted: {
      readonly name: string;
      readonly role: Role;
      readonly purposes?: readonly string[];
      /** Ties the principal to the tokens of this audience. */
      readonly audience?: string | undefined;
      readonly expiresAt?: Date | string | undefined;
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

  /** Revokes a principal: its API key stops working at once. A repeat changes nothing. */
  async revokePrincipal(principal: string, options: CallOptions = {}): Promise<RevokedPrincipal> {
    const path = `/v1/principals/${id('prn', principal)}`;
    return this.send<'revokePrincipal'>({ method: 'DELETE', path, repeat: 'always', ...options });
  }

  /**
   * Adds a tenant and returns its first administrator's API key. A repeat under one idempotency key returns the same.
   */
  async addTenant(name: string, options: WriteOptions = {}): Promise<AddedTenant> {
    return this.send<'addTenant'>({ ...write('POST', '/v1/tenants', { name }), ...options });
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

  /**
   * Orders that the epoch be closed, which makes erasures final, or that the key of an index be replaced. The work runs
   * in the background.
   * @returns the job, which `getJob` and `jobEvents` follow
   */
  async rotateKeys(wanted: { readonly index?: string | undefined } = {}, options: WriteOptions = {}): Promise<string> {
    const reply = await this.send<'rotateKeys'>({ ...write('POST', '/v1/keys/rotate', wanted), ...options });
    return reply.job;
  }

  /**
   * Copies the stores into the folders that the server's operator has set; in the background.
   * @returns the job, whose `detail` then names the copies
   */
  async orderBackup(
    wanted: { readonly stores?: readonly ('records' | 'keys')[]; readonly prune?: boolean } = {},
    options: WriteOptions = {},
  ): Promise<string> {
    return (await this.send<'orderBackup'>({ ...write('POST', '/v1/backups', wanted), ...options })).job;
  }

  /** Tries the newest copies in those folders. @returns the job, whose `detail` then says what was found */
  async orderDrill(options: WriteOptions = {}): Promise<string> {
    return (await this.send<'orderDrill'>({ ...write('POST', '/v1/drills', {}), ...options })).job;
  }

  /** A page of the latest long jobs, the newest first; `eachJob` walks through all of them. */
  async listJobs(page: PageOf<'listJobs'> & CallOptions = {}): Promise<JobPage> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('job', after), limit };
    return this.send<'listJobs'>({ ...read('GET', '/v1/jobs'), query, ...rest });
  }

  /** Every long job that the caller may see, page by page, the newest first. */
  async *eachJob(page: PageSize = {}): AsyncGenerator<Job, void, undefined> {
    yield* eachOf(async (after) => {
      const { jobs, next } = await this.listJobs({ ...page, ...(after && { after }) });
      return { rows: jobs, next };
    });
  }

  /** The state of a long job. */
  async getJob(job: string, options: CallOptions = {}): Promise<Job> {
    return this.send<'getJob'>({ ...read('GET', `/v1/jobs/${id('job', job)}`), ...options });
  }

  /**
   * The states of a long job: one whenever it has moved, and the last when it is completed or has failed. If the stream
   * ends before that, as when the vault restarts, the client asks for it again.
   * @throws {LetheError} if the caller may not, or may no longer, see the job
   */
  async *jobEvents(job: string, options: CallOptions = {}): AsyncGenerator<Job, void, undefined> {
    const path = `/v1/jobs/${id('job', job)}/events`;
    for (;;) {
      for await (const { event, data } of this.#transport.events({ ...read('GET', path), ...options })) {
        const state = JSON.parse(data) as Job;
        yield state;
        if (event === 'done') return;
      }
      await this.#transport.pause(options.signal);
    }
  }

  /** A page of the tenant's audit log, newest first; `eachAuditEntry` walks through all of it. */
  async listAuditEntries(page: PageOf<'listAuditEntries'> & CallOptions = {}): Promise<AuditPage> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('aud', after), limit };
    return this.send<'listAuditEntries'>({ ...read('GET', '/v1/audit/entries'), query, ...rest });
  }

  /** Every audit entry of the tenant, page by page, newest first. */
  async *eachAuditEntry(page: PageSize = {}): AsyncGenerator<AuditEntry, void, undefined> {
    yield* eachOf(async (after) => {
      const { entries, next } = await this.listAuditEntries({ ...page, ...(after && { after }) });
      return { rows: entries, next };
    });
  }

  /** The state of the stores, the epoch, and work that waits. */
  async getStatus(options: CallOptions = {}): Promise<Status> {
    return this.send<'getStatus'>({ ...read('GET', '/v1/status'), ...options });
  }

  /** Every kind of key, never a key itself: its state, its times, what it protects, how many there are, what is due. */
  async listKeys(options: CallOptions = {}): Promise<readonly KeyEntry[]> {
    return (await this.send<'listKeys'>({ ...read('GET', '/v1/keys'), ...options })).keys;
  }

  /** The root slots there are, and were. */
  async listSlots(options: CallOptions = {}): Promise<readonly RootSlot[]> {
    return (await this.send<'listSlots'>({ ...read('GET', '/v1/keys/slots'), ...options })).slots;
  }

  /** Asks every root slot what it is and what it holds. @param wanted whether what came back is destroyed again */
  async checkSlots(
    wanted: { readonly destroyReturned?: boolean } = {},
    options: CallOptions = {},
  ): Promise<SlotChecks> {
    return this.send<'checkSlots'>({ ...read('POST', '/v1/keys/slots/check', wanted), ...options });
  }

  /** Removes a root slot and destroys what it holds. Once more tries again what could not be destroyed. */
  async removeSlot(
    name: string,
    { abandon = false, ...options }: { readonly abandon?: boolean } & CallOptions = {},
  ): Promise<RemovedSlot> {
    if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) throw new TypeError('This is no name of a root slot.');
    const query = { abandon: abandon ? 'true' : undefined };
    return this.send<'removeSlot'>({
      method: 'DELETE',
      path: `/v1/keys/slots/${name}`,
      query,
      repeat: 'always',
      ...options,
    });
  }

  /**
   * Orders that all that compromised keys protect be sealed anew. The keys are an epoch's (in every tenant), those of
   * some of the tenant's buckets, or a subject's.
   * @returns the job, which `getJob` and `jobEvents` follow
   */
  async compromiseKeys(what: Compromise, options: WriteOptions = {}): Promise<string> {
    const reply = await this.send<'compromiseKeys'>({ ...write('POST', '/v1/keys/compromise', what), ...options });
    return reply.job;
  }

  /** A page of the records and tokens that a compromise exposed. Pass its `next` as `after` to get the next page. */
  async listExposed(page: PageOf<'listExposed'> & CallOptions = {}): Promise<ExposedPage> {
    const { job, after, limit, ...rest } = page;
    const query = { job: job && id('job', job), after, limit };
    return this.send<'listExposed'>({ ...read('GET', '/v1/keys/exposed'), query, ...rest });
  }

  protected send<Op extends keyof operations>(call: Call): Promise<ReplyOf<Op>> {
    return this.#transport.send<ReplyOf<Op>>(call);
  }
}
