/**
 * Tells whether two URLs lead to two databases. Names do not tell: an alias, a pooler, a socket, a link and a second
 * schema give one database another name. So the servers are asked, or the file system.
 *
 * Guarantees: the same database, or the same file, is detected; nothing is made or changed.
 * Does not: object to two databases on one server, or two files in one folder. Does not see a primary and its standby
 * as one (nothing can be made on a standby), nor detect an engine whose advisory locks do nothing.
 */
import { readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type pg from 'pg';
import { pooledRandom } from '../../crypto/random.ts';

const MAX_LINKS = 40;

/**
 * An advisory lock belongs to one database, whatever leads to it, through any schema or account. Each lock is taken in
 * one transaction, so it also holds through a pooler.
 * @throws a driver's error where nobody can tell
 */
export async function isOneDatabase(holder: pg.ClientBase, other: pg.ClientBase): Promise<boolean> {
  const lock = [pooledRandom()(8).readBigInt64BE().toString()];
  await holder.query('BEGIN');
  await holder.query('SELECT pg_advisory_xact_lock($1::bigint)', lock);
  await other.query('BEGIN');
  const { rows } = await other.query<{ free: boolean }>('SELECT pg_try_advisory_xact_lock($1::bigint) AS free', lock);
  await other.query('ROLLBACK');
  await holder.query('ROLLBACK');
  return rows[0]?.free === false;
}

/** @param first the path of a file that is there, or is not yet */
export async function isOneFile(first: string, second: string): Promise<boolean> {
  const [one, two] = await Promise.all([fileAt(first), fileAt(second)]);
  if (one !== undefined && two !== undefined) return one === two;
  if (one !== two) return false;
  // Neither file exists, so compare where they would be made. Some file systems ignore the case of letters.
  const [here, there] = await Promise.all([targetOf(first), targetOf(second)]);
  return here.normalize('NFC').toLowerCase() === there.normalize('NFC').toLowerCase();
}

async function fileAt(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}/${found.ino}`;
}

/** Where a file would be made, with every link on the way followed. */
async function targetOf(path: string, links = 0): Promise<string> {
  const whole = await realpath(path).catch(() => undefined);
  if (whole !== undefined || dirname(path) === path) return whole ?? path;
  const folder = await targetOf(dirname(path), links);
  const link = links < MAX_LINKS ? await readlink(path).catch(() => undefined) : undefined;
  return link === undefined ? join(folder, basename(path)) : targetOf(resolve(folder, link), links + 1);
}
