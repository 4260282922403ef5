/**
 * Whether somebody can still act when one person leaves, and whose API keys end soon. Of other tenants numbers only:
 * who is in them is their own matter.
 */
import { firstTenant } from '../../access/first-tenant.ts';
import { type Admitted, listAdmitted } from '../../access/store.ts';
import { type Check, type Found, note, orOk, warn } from '../finding.ts';

export const administrators: Check = {
  id: 'administrators',
  async look(world) {
    const { reader } = await world.recordStore();
    const now = world.clock();
    const [admins, first] = await Promise.all([listAdmitted(reader, ['admin'], now), firstTenant(reader)]);
    const by = Map.groupBy(admins, ({ tenant }) => tenant);
    const found: Found[] = [];
    if (((first && by.get(first)?.length) ?? 0) < 2) {
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

const SOON_DAYS = 14;
const SOON_MS = SOON_DAYS * 86_400_000;
const NAMED = 20;

/** A key that another has taken over from is not told of: its service has the other. */
export const endingKeys: Check = {
  id: 'api_keys',
  async look(world) {
    const { reader } = await world.recordStore();
    const now = world.clock();
    const [admitted, first] = await Promise.all([listAdmitted(reader, undefined, now), firstTenant(reader)]);
    const soon = admitted.filter((one) => lastEnd(one) < now.getTime() + SOON_MS);
    const own = soon.filter(({ tenant }) => tenant === first).toSorted((a, b) => lastEnd(a) - lastEnd(b));
    const found: Found[] = own
      .slice(0, NAMED)
      .map((one) =>
        warn(
          `The API key of ${one.principal} works only until ${new Date(lastEnd(one)).toISOString()}.`,
          `\`npm run lethe -- principals rotate ${one.principal} --expires TIME\`.`,
        ),
      );
    if (own.length > NAMED) found.push(note(`${own.length - NAMED} more API keys end within ${SOON_DAYS} days.`));
    const others = soon.length - own.length;
    if (others > 0) found.push(note(`${others} API keys of other tenants end within ${SOON_DAYS} days.`));
    return orOk(found, `No API key ends within ${SOON_DAYS} days.`);
  },
};

function lastEnd({ keys }: Admitted): number {
  return Math.max(...keys.map(({ expires_at }) => expires_at ?? Number.POSITIVE_INFINITY));
}
