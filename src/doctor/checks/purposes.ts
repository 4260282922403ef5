/** Purposes of which nobody has said what they rest on. Of other tenants numbers only: their words are their own. */
import { firstTenant } from '../../access/first-tenant.ts';
import { listUndeclared } from '../../access/purposes.ts';
import { type Check, type Found, note, orOk, warn } from '../finding.ts';

const NAMED = 20;

export const purposes: Check = {
  id: 'purposes',
  async look(world) {
    const { reader } = await world.recordStore();
    const [undeclared, first] = await Promise.all([listUndeclared(reader), firstTenant(reader)]);
    const own = undeclared.filter(({ tenant }) => tenant === first);
    const found: Found[] = own
      .slice(0, NAMED)
      .map(({ purpose }) =>
        warn(
          `Nobody has said what people are told of the purpose ${purpose}, nor what it rests on.`,
          `\`npm run lethe -- purposes declare ${purpose} --basis BASIS --told "TEXT"\`.`,
        ),
      );
    if (own.length > NAMED) found.push(note(`${own.length - NAMED} more purposes are undeclared.`));
    const others = undeclared.length - own.length;
    if (others > 0) found.push(note(`${others} purposes of other tenants are undeclared.`));
    return orOk(found, 'Every purpose is declared.');
  },
};
