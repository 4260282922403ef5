/**
 * Whether this machine's clock can be right: against the databases' clocks, and against what was written here before.
 * Times decide when tokens end, when an epoch is due and what a certificate says.
 */
import { firstTenant } from '../../access/first-tenant.ts';
import { lastEntryAt } from '../../audit/entries.ts';
import { CLOCKS_DIFFER_MS } from '../../clock.ts';
import { CALLED } from '../../storage/errors.ts';
import { type Check, type Found, fail, orOk, warn } from '../finding.ts';
import { STORES, spell } from '../world.ts';

const DIFFERENCE_MS = 5_000;
/** Of two nodes that keep to the same time. */
const LEAP_MS = 2_000;

export const clock: Check = {
  id: 'clock',
  async look(world) {
    const found: Found[] = [];
    for (const name of STORES) {
      const server = await world.server(name);
      if (server === undefined) continue;
      const off = Math.abs(server.aheadMs) - server.withinMs;
      if (off <= DIFFERENCE_MS) continue;
      const way = server.aheadMs > 0 ? 'behind' : 'ahead of';
      const say = off > CLOCKS_DIFFER_MS ? fail : warn;
      found.push(
        say(`This machine’s clock is ${spell(off)} ${way} that of the ${CALLED[name]}’s server.`, 'Set both by NTP.'),
      );
    }
    const { reader } = await world.recordStore();
    // Of one tenant: the newest of all would be looked for among all entries there are.
    const tenant = await firstTenant(reader);
    const ahead = ((await lastEntryAt(reader, tenant ?? '')) ?? 0) - world.clock().getTime();
    if (ahead > LEAP_MS) {
      found.push(
        fail(
          `This machine’s clock is ${spell(ahead)} behind the newest entry of the audit log: it, or another node’s, is wrong.`,
          'Set all by NTP before anything else is written.',
        ),
      );
    }
    return orOk(found, 'This machine’s clock agrees with the stores.');
  },
};
