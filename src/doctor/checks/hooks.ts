/** Hooks that are told nothing: alarms that nobody hears. Of other tenants numbers only. */
import { firstTenant } from '../../access/first-tenant.ts';
import { ailingHooks } from '../../hooks/due.ts';
import { type Check, type Found, note, orOk, warn } from '../finding.ts';
import { spell } from '../world.ts';

/** A receiver that is restarted is told the rest by then. */
const GRACE_MS = 60 * 60 * 1000;

export const hooks: Check = {
  id: 'hooks',
  async look(world) {
    const { reader } = await world.recordStore();
    const now = world.clock().getTime();
    const [ailing, first] = await Promise.all([ailingHooks(reader, new Date(now - GRACE_MS)), firstTenant(reader)]);
    const own = ailing.filter(({ tenant }) => tenant === first);
    const found: Found[] = own.map(({ hook, paused, failure, failing_since }) =>
      paused === null
        ? warn(
            `The hook ${hook} fails since ${spell(now - Number(failing_since))} (${failure}).`,
            'See that its receiver answers with 2xx within ten seconds: `npm run lethe -- hooks list`.',
          )
        : warn(
            `The hook ${hook} is paused (${paused}): nobody is told by it what happens.`,
            `\`npm run lethe -- hooks resume ${hook}\`, or \`npm run lethe -- hooks remove ${hook}\`.`,
          ),
    );
    const others = ailing.length - own.length;
    if (others > 0) found.push(note(`${others} hooks of other tenants fail or are paused.`));
    return orOk(found, 'No hook fails or is paused.');
  },
};
