/**
 * Stores that a restore has put aside (`put-back.ts`): a file beside the one in its place, or a schema of its database.
 * Nothing deletes them but a person, who is told how.
 */

import { sqlitePath } from '../opening/url.ts';
import { LOGS } from '../sqlite/settle.ts';
import { quote } from './backup.ts';

/** The name of such a schema, and of such a file what comes after its store's. */
export const ASIDE = /^before_restore_\w+$/;

/**
 * What destroys one, to be typed by a person: a statement for the owner of the database, or a command. What a file system
 * or a write-ahead log keeps of it is not reached by either.
 * @param aside as `putBack` returned it
 */
export function dropAside(url: string, aside: string): string {
  if (sqlitePath(url) === undefined) return `DROP SCHEMA ${quote(aside)} CASCADE;`;
  return `rm -f ${[aside, ...LOGS.map((ending) => `${aside}${ending}`)].map(inShell).join(' ')}`;
}

function inShell(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
