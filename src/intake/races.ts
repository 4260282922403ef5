/** Calls that meet at the same token or link: the second begins again and finds what the first has stored. */
import { codeOf, VaultError } from '../errors.ts';
import { isRace } from '../storage/errors.ts';

/** Another call is met once, or twice if it made a link that has to be cut; five times only by bad luck. */
const MAX_TRIES = 5;

/** @throws `concurrent_change` if others were first every time; never the store's own error for the row they wrote */
export async function throughRaces<R>(work: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isRace(error)) throw error;
      if (tries === MAX_TRIES) throw codeOf(error) === 'already_exists' ? new VaultError('concurrent_change') : error;
    }
  }
}
