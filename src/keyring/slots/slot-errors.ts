/** What the root slots lack. Nothing has been changed. */
import { UnavailableError } from '../../errors.ts';

/** Every root slot answered, and none has the secret of an epoch that is in use. */
export class EpochSecretMissingError extends UnavailableError {
  constructor(epoch: number) {
    const file = `keys/epochs/epoch-${String(epoch).padStart(6, '0')}.key`;
    super('key_unavailable', `No root slot holds the secret of epoch ${epoch} (the file slot: ${file}). Put it back.`);
  }
}

/** For work that continues without a slot that is out of reach. */
export function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof UnavailableError)) throw error;
}
