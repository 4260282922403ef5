/**
 * The part of the client for hooks: who else is told what happens. `lethe-client.ts` says what every call guarantees.
 * Does not: verify the messages that a hook is sent; any library of Standard Webhooks does.
 */
import type { PageOf } from './access-client.ts';
import { ApprovalClient } from './approval-client.ts';
import { read, write } from './calls.ts';
import { id } from './paths.ts';
import type {
  AddedHook,
  CallOptions,
  DeliveryPage,
  Hook,
  RemovedHook,
  RotatedHook,
  TestedHook,
  WriteOptions,
} from './shapes.ts';

export class HookClient extends ApprovalClient {
  /** Adds a hook. The reply has its secret, which is shown once. @param wanted without `events`: everything */
  async addHook(
    wanted: { readonly url: string; readonly events?: readonly string[] | undefined },
    options: WriteOptions = {},
  ): Promise<AddedHook> {
    return this.send<'addHook'>({ ...write('POST', '/v1/hooks', wanted), ...options });
  }

  /** The tenant's hooks, 20 at most, and how they get on. */
  async listHooks(options: CallOptions = {}): Promise<readonly Hook[]> {
    return (await this.send<'listHooks'>({ ...read('GET', '/v1/hooks'), ...options })).hooks;
  }

  /** Changes what a hook is told (null: everything), pauses it, or lets it go on. */
  async changeHook(
    hook: string,
    to: { readonly events?: readonly string[] | null | undefined; readonly paused?: boolean | undefined },
    options: CallOptions = {},
  ): Promise<Hook> {
    return this.send<'changeHook'>({ method: 'PATCH', path: pathOf(hook), body: to, repeat: 'always', ...options });
  }

  /** Removes a hook. If the first answer was lost, the repeat finds no hook: `hook_not_found`. */
  async removeHook(hook: string, options: CallOptions = {}): Promise<RemovedHook> {
    return this.send<'removeHook'>({ method: 'DELETE', path: pathOf(hook), repeat: 'always', ...options });
  }

  /**
   * Makes a new secret of a hook, which is shown once. Messages carry the signature of the one before, too, for
   * `overlapSeconds`, by default a day; 0 ends it at once.
   */
  async rotateHook(
    hook: string,
    how: { readonly overlapSeconds?: number } = {},
    options: WriteOptions = {},
  ): Promise<RotatedHook> {
    return this.send<'rotateHook'>({ ...write('POST', `${pathOf(hook)}/rotate`, how), ...options });
  }

  /** Sends a hook a message of the type `hook.test`. @returns its id; `listDeliveries` says when it was taken */
  async testHook(hook: string, options: CallOptions = {}): Promise<TestedHook> {
    return this.send<'testHook'>({ method: 'POST', path: `${pathOf(hook)}/test`, repeat: 'always', ...options });
  }

  /** A page of what a hook was told, or is to be told, the newest first. */
  async listDeliveries(hook: string, page: PageOf<'listDeliveries'> & CallOptions = {}): Promise<DeliveryPage> {
    const { after, limit, ...rest } = page;
    const query = { after: after && id('evt', after), limit };
    return this.send<'listDeliveries'>({ ...read('GET', `${pathOf(hook)}/deliveries`), query, ...rest });
  }
}

function pathOf(hook: string): string {
  return `/v1/hooks/${id('whk', hook)}`;
}
