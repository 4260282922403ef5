/** Whether what PostgreSQL acknowledges survives a crash, and a fail-over. */

import { CALLED } from '../../storage/errors.ts';
import type { ServerLook } from '../../storage/postgres/server-look.ts';
import type { StoreName } from '../../storage/table.ts';
import { type Check, type Found, fail, note, onServers, orOk, warn } from '../finding.ts';

const REPLICATION = 'src/deploy/README.md, “Replication, and a store that went back in time”.';

export const replication: Check = {
  id: 'replication',
  look: async (world) =>
    orOk(await onServers(world, replicationOf), 'What is acknowledged is where it has to be; SQLite has no standby.'),
};

function replicationOf({ standbys, settings }: ServerLook, store: StoreName): Found[] {
  const called = CALLED[store];
  const named = settings.synchronous_standby_names !== '';
  if (named && standbys.some(({ sync }) => sync === undefined)) {
    return [
      note(`Whether the ${called}’s standbys are synchronous is not shown to this user (pg_monitor may see it).`),
    ];
  }
  if (waitsForNobody({ standbys, settings })) {
    return [
      fail(
        `The ${called}’s server waits for a synchronous standby, and none is connected: every write waits with it.`,
        REPLICATION,
      ),
    ];
  }
  if (named) return [];
  if (standbys.length > 0) {
    return [
      warn(
        `The ${called}’s replication is not synchronous: a fail-over loses what was acknowledged last, erasures too.`,
        `Set synchronous_standby_names; ${REPLICATION}`,
      ),
    ];
  }
  return [note(`The ${called}’s server has no standby.`)];
}

/** Whether every write waits for a synchronous standby, and none is connected. */
export function waitsForNobody({ standbys, settings }: Pick<ServerLook, 'standbys' | 'settings'>): boolean {
  if (settings.synchronous_standby_names === '') return false;
  return standbys.every(({ sync }) => sync !== undefined && sync !== 'sync' && sync !== 'quorum');
}

export const durability: Check = {
  id: 'durability',
  look: async (world) => orOk(await onServers(world, durabilityOf), 'What is acknowledged outlives a power cut.'),
};

function durabilityOf({ settings }: ServerLook, store: StoreName): Found[] {
  const off = (['fsync', 'full_page_writes'] as const).filter((name) => settings[name] === 'off');
  return off.map((name) =>
    fail(`The ${CALLED[store]}’s server runs with ${name} off: a power cut may damage it.`, `Set ${name} = on.`),
  );
}
