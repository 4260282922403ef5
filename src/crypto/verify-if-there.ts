/**
 * Verifies in a time that does not tell whether there is a verifier, nor what it costs (`verifier-costs.ts`).
 */
import type { Asker, PasswordHasher, Verification } from './password-hash.ts';
import { formatPhc, parsePhc } from './phc.ts';
import { isSame } from './verifier-costs.ts';

const NO_SALT = Buffer.alloc(16);
const NO_TAG = Buffer.alloc(32);

/**
 * As `hasher.verify`, at one cost whether there is a verifier or not and whatever it costs: computes for every set of
 * parameters that is known of the tenant, against a verifier of nobody's where the set is not the verifier's own.
 * @param phc undefined: there is none, so nothing matches
 * @throws {UnavailableError} as `hasher.verify` does
 */
export async function verifyIfThere(
  hasher: PasswordHasher,
  spellings: readonly string[],
  phc: string | undefined,
  asker: Pick<Asker, 'tenant' | 'principal'>,
): Promise<Verification> {
  const own = phc === undefined ? undefined : parsePhc(phc).params;
  if (own !== undefined) hasher.costs.meet(asker.tenant, own);
  const each = hasher.costs.of(asker.tenant).map(async (params) => {
    if (phc !== undefined && own !== undefined && isSame(own, params)) return hasher.verify(spellings, phc, asker);
    await hasher.verify(spellings, formatPhc({ params, salt: NO_SALT, tag: NO_TAG }), asker);
    return undefined;
  });
  const found = (await Promise.all(each)).find((one) => one !== undefined);
  return found ?? { matches: false, outdated: false };
}
