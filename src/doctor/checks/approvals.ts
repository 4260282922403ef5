/**
 * Whether what takes a second person has one: a tenant with two who could approve and nothing said of it, and one that
 * has said so and has nobody to approve. Roles of a tenant's own are not counted: the doctor has no keys to read them.
 */
import { tenantsWithPolicy } from '../../access/approvals/policy.ts';
import { firstTenant } from '../../access/first-tenant.ts';
import { rolesWith } from '../../access/roles.ts';
import { listAdmitted } from '../../access/store.ts';
import { type Check, type Found, note, orOk, warn } from '../finding.ts';

export const approvals: Check = {
  id: 'approvals',
  async look(world) {
    const { reader } = await world.recordStore();
    const admitted = await listAdmitted(reader, rolesWith(['give_approval']), world.clock());
    const [set, first] = await Promise.all([tenantsWithPolicy(reader), firstTenant(reader)]);
    const by = Map.groupBy(admitted, ({ tenant }) => tenant);
    const found: Found[] = [];
    const own = (first && by.get(first)?.length) ?? 0;
    if (first !== undefined && set.has(first) && own < 2) {
      found.push(
        warn(
          'Only one could approve: what takes a second person is done at once.',
          '`npm run lethe -- principals add NAME --role security`, for somebody else.',
        ),
      );
    }
    if (first !== undefined && !set.has(first) && own >= 2) {
      found.push(
        note(
          'One person alone can add API keys that see plain values: `npm run lethe -- approvals policy --approvers 1`.',
        ),
      );
    }
    const alone = [...set].filter((tenant) => tenant !== first && (by.get(tenant as never)?.length ?? 0) < 2).length;
    if (alone > 0) found.push(note(`${alone} other tenants ask for a second person and have none.`));
    return orOk(found, 'What takes a second person has one.');
  },
};
