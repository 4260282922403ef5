/** The way to the databases: what stands between, and who can listen. */
import { isIP } from 'node:net';
import { CALLED } from '../../storage/errors.ts';
import { parseStoreUrl } from '../../storage/opening/url.ts';
import { type Check, type Found, fail, note, onServers, orOk, warn } from '../finding.ts';
import { STORES, spell, urlOf } from '../world.ts';

/** Most certificates are renewed with a third of their time left, and some are good for 90 days. */
const SOON_MS = 21 * 86_400_000;

/** A pooler does not say its mode: another session gives transaction mode away, the same one proves nothing. */
const MODES = {
  transaction: ', and gives each transaction another session',
  unknown: '; no session changed while it was looked at, so its mode does not show',
} as const;

export const pooler: Check = {
  id: 'pooler',
  async look(world) {
    const todo = 'What it has to be set to: src/deploy/README.md, “A pooler”.';
    const found = await onServers(world, ({ pooler: between }, store) =>
      between === 'none' ? [] : [note(`A pooler stands before the ${CALLED[store]}’s server${MODES[between]}.`, todo)],
    );
    return orOk(found, 'No pooler stands before a store.');
  },
};

export const tls: Check = {
  id: 'tls',
  async look(world) {
    const found: Found[] = [];
    for (const name of STORES) {
      const place = parseStoreUrl(urlOf(world, name));
      const server = await world.server(name);
      if (server === undefined || place.engine === 'sqlite') continue;
      // A host that is a folder is that of a Unix socket.
      if (!server.encrypted && !place.host.startsWith('/') && !isLocal(place.host)) {
        found.push(
          warn(`The way to the ${CALLED[name]} is not encrypted.`, 'Ask for TLS in its URL: `?sslmode=verify-full`.'),
        );
      }
      const left = server.certificateEnds && server.certificateEnds.getTime() - world.clock().getTime();
      if (left === undefined || left > SOON_MS) continue;
      const say = left <= 0 ? fail : warn;
      const ends = left <= 0 ? `ended ${spell(-left)} ago` : `ends in ${spell(left)}`;
      found.push(say(`The certificate of the ${CALLED[name]}’s server ${ends}.`, 'Renew it.'));
    }
    return orOk(found, 'Nothing on the way to a store can be listened to.');
  },
};

export function isLocal(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (name === '' || name === 'localhost' || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}
