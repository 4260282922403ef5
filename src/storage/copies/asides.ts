/**
 * Stores that a restore has put aside (`put-back.ts`): a file beside the new store, or a schema of its database. Only a
 * person deletes them, and is told how.
 */

import { sqlitePath } from '../opening/url.ts';
import { LOGS } from '../sqlite/settle.ts';
import { quote } from './backup.ts';

/** The name of such a schema, and the ending that such a file has after its store's name. */
export const ASIDE = /^before_restore_\w+$/;

/**
 * What a person types to destroy one: a statement for the owner of the database, or a command. Neither reaches what a
 * file system or a write-ahead log keeps of it.
 * @param aside as `putBack` returned it
 */
export function dropAside(url: string, aside: string): string {
  if (sqlitePath(url) === undefined) return `DROP SCHEMA ${quote(aside)} CASCADE;`;
  return `rm -f ${[aside, ...LOGS.map((ending) => `${aside}${ending}`)].map(inShell).join(' ')}`;
}

function inShell(path: string): string {
  return /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
