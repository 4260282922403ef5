/**
 * Puts back into package-lock.json the one line that npm drops whenever it writes the file (`npm run lock` does both).
 *
 * better-sqlite3 ships its binaries inside its package and says `"gypfile": false`, so nothing is to be built. npm
 * before 11 reads that from the lock alone; without it `npm ci` starts a compiler, which a machine with only Node lacks.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
lock.packages['node_modules/better-sqlite3'].gypfile = false;
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
