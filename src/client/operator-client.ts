/**
 * The part of the client for those who operate the vault: keys, long jobs, copies, the audit log. The vault decides
 * what an API key may do. `lethe-client.ts` says what every call guarantees.
 */
import type { PageOf } from './access-client.ts';
import { eachOf, type PageSize, read, write } from './calls.ts';
import { GrantClient } from './grant-client.ts';
import { id } from './paths.ts';
import type {
  AuditEntry,
  AuditPage,
  CallOptions,
  Compromise,
  ExposedPage,
  Job,
  JobPage,
  KeyEntry,
  RemovedSlot,
  RootSlot,
  SlotChecks,
  Status,
  WriteOptions,
} from './shapes.ts';

export class OperatorClient extends GrantClient {
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
      for await (const { event, data } of this.transport.events({ ...read('GET', path), ...options })) {
        const state = JSON.parse(data) as Job;
        yield state;
        if (event === 'done') return;
      }
      await this.transport.pause(options.signal);
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
}
