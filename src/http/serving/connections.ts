/**
 * Bounds how many clients may be connected at once: as many as the process may have files open, less what stores, slots
 * and copies need. Without a bound, libuv silently closes what it cannot take (EMFILE), and the stores fail as well.
 *
 * Guarantees: refused connections are counted, and logged at most once a second. Idle connections make room for new
 * ones.
 * Does not: know the limit on a system without `/proc` (any but Linux). There is no bound then.
 */
import { readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { openFilesLimit } from '../../process-limits.ts';
import type { Log } from './log.ts';

/**
 * Two pools of connections to each store, the same again for the thread of long jobs, own files, and some for copies.
 */
const RESERVED = 96;
/** Below this, the operator is warned. */
const ENOUGH = 256;
const LOG_EVERY_MS = 1_000;

interface Room {
  /** Of open files. */
  readonly limit: number;
  readonly connections: number;
}

/** @returns undefined if the limit is unknown, or there is none */
function roomForConnections(): Room | undefined {
  const limit = openFilesLimit();
  if (limit === undefined) return undefined;
  try {
    const room = limit - readdirSync('/proc/self/fd').length;
    // If there is little room, clients get half of it: neither they nor the stores can work with nothing.
    return { limit, connections: Math.max(1, room - Math.min(RESERVED, room >> 1)) };
  } catch {
    return undefined;
  }
}

/** @param refused called for each connection that is turned away */
export function boundConnections(server: Server, log: Log, refused: () => void): void {
  const room = roomForConnections();
  if (room === undefined) return;
  const { limit, connections } = room;
  server.maxConnections = connections;
  // Of a worker, too: otherwise it would hand the connection back, and be given it again. (Its types do not have this.)
  Object.assign(server, { dropMaxConnection: true });
  if (connections < ENOUGH) {
    log.warn(
      { limit, connections },
      'few files may be open: so few clients at once. Raise `ulimit -n` (systemd: LimitNOFILE) to 4096 or more',
    );
  }
  let count = 0;
  let quiet: NodeJS.Timeout | undefined;
  const say = () => {
    quiet = undefined;
    if (count === 0) return;
    log.warn({ refused: count, limit, connections }, 'connections refused: as many clients as there is room for');
    count = 0;
    quiet = setTimeout(say, LOG_EVERY_MS).unref();
  };
  server.on('drop', () => {
    count += 1;
    refused();
    server.closeIdleConnections();
    if (quiet === undefined) say();
  });
}
