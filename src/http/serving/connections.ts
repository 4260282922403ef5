/**
 * How many clients may be connected at once: as many as the process may have files open, less what stores, slots and copies
 * need. Without a bound, libuv closes what it cannot take (EMFILE) without a word, and stores fail with it.
 *
 * Guarantees: a connection that is turned away is counted, and logged once a second at most; idle ones make room for new ones.
 * Does not: know the limit where there is no `/proc` (anything but Linux): there is no bound then.
 */
import { readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { openFilesLimit } from '../../process-limits.ts';
import type { Log } from './log.ts';

/** Two pools of connections to each store, once more for the thread of long jobs, its own files, and some for copies. */
const RESERVED = 96;
/** Below this, an operator should know. */
const ENOUGH = 256;
const LOG_EVERY_MS = 1_000;

interface Room {
  /** Of open files. */
  readonly limit: number;
  readonly connections: number;
}

/** @returns undefined where nobody says, or there is no limit */
function roomForConnections(): Room | undefined {
  const limit = openFilesLimit();
  if (limit === undefined) return undefined;
  try {
    const room = limit - readdirSync('/proc/self/fd').length;
    // Of little, half: neither the clients nor the stores get on with nothing.
    return { limit, connections: Math.max(1, room - Math.min(RESERVED, room >> 1)) };
  } catch {
    return undefined;
  }
}

/** @param refused told of each connection that is turned away */
export function boundConnections(server: Server, log: Log, refused: () => void): void {
  const room = roomForConnections();
  if (room === undefined) return;
  const { limit, connections } = room;
  server.maxConnections = connections;
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
