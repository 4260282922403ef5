/**
 * Compares this machine's clock with the databases' clocks, and with what was written here before. Times decide when
 * tokens end, when an epoch is due and what a certificate says.
 */
import { firstTenant } from '../../access/first-tenant.ts';
import { lastEntryAt } from '../../audit/entries.ts';
import { CLOCK_LEAP_MS, CLOCK_WARNING_MS, CLOCKS_DIFFER_MS } from '../../clock.ts';
import { CALLED } from '../../storage/errors.ts';
import { type Check, fail, onServers, orOk, warn } from '../finding.ts';
import { spell } from '../world.ts';

export const clock: Check = {
  id: 'clock',
  async look(world) {
    const found = await onServers(world, ({ aheadMs, withinMs }, store) => {
      const off = Math.abs(aheadMs) - withinMs;
      if (off <= CLOCK_WARNING_MS) return [];
      const way = aheadMs > 0 ? 'behind' : 'ahead of';
      const say = off > CLOCKS_DIFFER_MS ? fail : warn;
      return [
        say(`This machine’s clock is ${spell(off)} ${way} that of the ${CALLED[store]}’s server.`, 'Set both by NTP.'),
      ];
    });
    const { reader } = await world.recordStore();
    // Looks at one tenant alone: finding the newest entry of all would read every entry.
    const tenant = await firstTenant(reader);
    const ahead = ((await lastEntryAt(reader, tenant ?? '')) ?? 0) - world.clock().getTime();
    if (ahead > CLOCK_LEAP_MS) {
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
