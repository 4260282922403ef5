/** Whether somebody can still act when one person leaves. Numbers only: tenants' names are their own matter. */
import { firstTenant } from '../../access/first-tenant.ts';
import { listAdmitted } from '../../access/store.ts';
import { type Check, type Found, note, orOk, warn } from '../finding.ts';

export const administrators: Check = {
  id: 'administrators',
  async look(world) {
    const { reader } = await world.recordStore();
    const now = world.clock();
    const [admins, first] = await Promise.all([listAdmitted(reader, ['admin'], now), firstTenant(reader)]);
    const by = Map.groupBy(admins, ({ tenant }) => tenant);
    const found: Found[] = [];
    if ((by.get(first ?? '')?.length ?? 0) < 2) {
      found.push(
        warn(
          'The first tenant has one administrator: a lost API key, and nobody can add another.',
          '`npm run lethe -- principals add NAME --role admin`, for somebody else.',
        ),
      );
    }
    const alone = [...by].filter(([tenant, of]) => tenant !== first && of.length < 2).length;
    if (alone > 0) found.push(note(`${alone} other tenants have one administrator each.`));
    if ((await listAdmitted(reader, ['security'], now)).length === 0) {
      found.push(
        warn(
          'Nobody has the role security: no copies, drills or slots can be seen to.',
          '`npm run lethe -- principals add NAME --role security`.',
        ),
      );
    }
    return orOk(found, 'Every tenant has two administrators, and there is a security team.');
  },
};
