/** The root slots: what answers, what is missing, and what has come back. */
import { pooledRandom } from '../../crypto/random.ts';
import { UnavailableError } from '../../errors.ts';
import { checkSlots } from '../../keyring/upkeep/slot-checks.ts';
import { type Check, type Found, fail, note, ok, warn } from '../finding.ts';

export const slots: Check = {
  id: 'slots',
  async look(world) {
    if (world.config.rootKey.from === 'shares') {
      return [
        note(
          'The root slots were not asked: the root key is in shares.',
          '`npm run lethe -- keys slots check` asks them.',
        ),
      ];
    }
    const [keyStore, keyring] = await Promise.all([world.keyStore(), world.keyring().catch(isOutOfReach)]);
    if (keyring instanceof UnavailableError) {
      return [
        fail(
          `No root slot hands out the secrets in use: ${keyring.message}`,
          '`npm run lethe -- keys slots check` says what each slot answers.',
        ),
      ];
    }
    const parts = { keyStore, keyring, random: pooledRandom(), clock: world.clock };
    const { slots: checks, remains } = await checkSlots(parts);
    const found: Found[] = [];
    for (const { name, required, problem, lacks, wrong, returned } of checks) {
      const say = required ? fail : warn;
      if (problem !== undefined) found.push(say(`The root slot ${name} does not answer: ${problem}`, SLOTS));
      if (lacks.length > 0)
        found.push(say(`The root slot ${name} lacks the secret of epoch ${lacks}.`, 'Add it again with its settings.'));
      if (wrong.length > 0) found.push(fail(`The root slot ${name} has another secret for epoch ${wrong}.`, SLOTS));
      if (returned.length > 0) {
        found.push(
          fail(
            `In the root slot ${name} a destroyed secret came back: epoch ${returned}. There is a copy somewhere.`,
            'Find out from where; then `npm run lethe -- keys slots check --destroy-returned`.',
          ),
        );
      }
    }
    for (const { name, epochs: held } of remains) {
      found.push(
        warn(
          `The removed root slot ${name} still holds epoch ${held}.`,
          'Reach it, and run `npm run lethe -- keys slots remove`.',
        ),
      );
    }
    const required = checks.filter((check) => check.required);
    if (required.length === 1) {
      found.push(
        warn(
          `${required[0]?.name} is the only required root slot: what it loses is lost for good.`,
          'Add a second one of another kind (keys/README.md, “A second root slot”).',
        ),
      );
    }
    return found.length > 0 ? found : [ok(`All ${checks.length} root slots answer and hold what they should.`)];
  },
};

/** A slot that refuses a PIN, or is gone, was looked at: that is what was found. @throws any other error */
function isOutOfReach(error: unknown): UnavailableError {
  if (error instanceof UnavailableError && error.code === 'key_unavailable') return error;
  throw error;
}

const SLOTS = 'keys/README.md, “A second root slot”.';
