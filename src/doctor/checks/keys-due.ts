/** Keys whose time is over, and erasures whose certificates would no longer be signed. */
import { INDEX_KEY_SECONDS, SIGNING_KEY_SECONDS } from '../../keyring/cryptoperiods.ts';
import { isOwn, stateOf } from '../../keyring/indexes/index-key.ts';
import { versionsBefore } from '../../keyring/indexes/index-versions.ts';
import { currentRow } from '../../keyring/tree/signing-keys.ts';
import { type Check, type Found, orOk, warn } from '../finding.ts';

/** A running server replaces what is due within a day or two, a few at a time. */
const GRACE_MS = 7 * 86_400_000;
const COUNTED = 10_000;

export const keysDue: Check = {
  id: 'keys_due',
  async look(world) {
    const { reader } = await world.keyStore();
    const before = (seconds: number) => world.clock().getTime() - seconds * 1000 - GRACE_MS;
    const found: Found[] = [];
    const keys = await versionsBefore(reader, before(INDEX_KEY_SECONDS), COUNTED);
    const old = keys.filter((row) => !isOwn(row.name) && stateOf(row) === 'active').length;
    if (old > 0) {
      found.push(
        warn(
          `${old} index keys are over a year old and were not replaced.`,
          '`npm run lethe -- keys list` names them; a server replaces them unless LETHE_ROTATE_EVERY is off.',
        ),
      );
    }
    const signing = await currentRow(reader);
    if (signing !== undefined && signing.created_at < before(SIGNING_KEY_SECONDS)) {
      found.push(
        warn('The key that signs certificates is over a year old.', 'A running server makes another: start it.'),
      );
    }
    return orOk(found, 'No index key or signing key is overdue.');
  },
};
