/** Stores that restores have put aside: files, or schemas of a database. Those of key stores hold wrapped keys. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ASIDE, dropAside } from '../../storage/copies/asides.ts';
import { CALLED } from '../../storage/errors.ts';
import { sqlitePath } from '../../storage/opening/url.ts';
import type { StoreName } from '../../storage/table.ts';
import { type Check, type Found, note, orOk, warn } from '../finding.ts';
import { STORES, urlOf, type World } from '../world.ts';

export const asides: Check = {
  id: 'asides',
  async look(world) {
    const found: Found[] = [];
    for (const name of STORES) {
      const url = urlOf(world, name);
      for (const aside of await asidesOf(world, name)) {
        const says = `A ${CALLED[name]} that a restore has replaced is kept as ${aside}.`;
        const todo = `Once the vault serves again: ${dropAside(url, aside)}`;
        found.push(name === 'keys' ? warn(`${says} It holds wrapped keys.`, todo) : note(says, todo));
      }
    }
    return orOk(found, 'No restore has left a store aside.');
  },
};

async function asidesOf(world: World, name: StoreName): Promise<readonly string[]> {
  const path = sqlitePath(urlOf(world, name));
  if (path === undefined) return (await world.server(name))?.asides ?? [];
  const names = await readdir(dirname(path)).catch(() => []);
  const store = `${basename(path)}.`;
  const isAside = (name: string) => name.startsWith(store) && ASIDE.test(name.slice(store.length));
  return names.filter(isAside).map((name) => join(dirname(path), name));
}
