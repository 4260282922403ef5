/** What the doctor says: places, settings, ids of nodes and slots, numbers and closed words; no value, ref or key. */
import type { ServerLook } from '../storage/postgres/server-look.ts';
import type { StoreName } from '../storage/table.ts';
import { STORES, type World } from './world.ts';

/**
 * The worst first:
 *
 * `fail`    something is lost, open or stopped, or soon will be
 * `unseen`  it could not be looked at
 * `warn`    something has to be done, but what is stored is safe for now
 * `note`    worth knowing; nothing has to be done
 * `ok`      looked at, and well
 */
export const SEVERITIES = ['fail', 'unseen', 'warn', 'note', 'ok'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  /** One sentence. */
  readonly says: string;
  /** What to do; absent where there is nothing to do. */
  readonly todo?: string;
}

/** What a check finds, before its name is added. */
export type Found = Omit<Finding, 'id'>;

export interface Check {
  /** The word that identifies its findings; the handbook uses it, too. */
  readonly id: string;
  look(world: World): Promise<readonly Found[]> | readonly Found[];
}

export const ok = (says: string): Found => ({ severity: 'ok', says });
export const note = (says: string, todo?: string): Found => ({ severity: 'note', says, ...(todo && { todo }) });
export const warn = (says: string, todo: string): Found => ({ severity: 'warn', says, todo });
export const fail = (says: string, todo: string): Found => ({ severity: 'fail', says, todo });

/** The findings, or `ok` if there are none. */
export function orOk(found: readonly Found[], says: string): readonly Found[] {
  return found.length > 0 ? found : [ok(says)];
}

/** Collects what is found about each store that a PostgreSQL server holds. */
export async function onServers(
  world: World,
  of: (server: ServerLook, store: StoreName) => readonly Found[],
): Promise<Found[]> {
  const found: Found[] = [];
  for (const store of STORES) {
    const server = await world.server(store);
    if (server !== undefined) found.push(...of(server, store));
  }
  return found;
}
