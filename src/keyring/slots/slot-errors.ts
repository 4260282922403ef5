/** Why a change of the root slots is refused. Nothing has been changed, unless an error says otherwise. */
import { UnavailableError, VaultError } from '../../errors.ts';

/** A slot of this name or at this place is there, or was: a certificate's words stay true only if a name has one slot. */
export class SlotExistsError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'slot_exists';

  constructor(message = 'A root slot of this name is there, or was. Take another name.') {
    super(message);
  }
}

export class SlotNotFoundError extends VaultError {
  readonly kind = 'not_found';
  readonly code = 'slot_not_found';

  constructor() {
    super('No root slot has this name.');
  }
}

/** Without this slot an epoch's secret would be in no required slot. */
export class SlotNeededError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'slot_needed';
}

/** The slot did not do what a slot must when it was tried out with a secret of no epoch. */
export class SlotUnfitError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'slot_unfit';
}

/** Another process changed the list of slots meanwhile. */
export class SlotsChangedError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'concurrent_change';

  constructor() {
    super('The list of root slots was changed meanwhile; try again.');
  }
}

/** Every root slot answered, and none has the secret of an epoch that is in use. */
export class EpochSecretMissingError extends UnavailableError {
  constructor(epoch: number) {
    const file = `keys/epochs/epoch-${String(epoch).padStart(6, '0')}.key`;
    super('key_unavailable', `No root slot holds the secret of epoch ${epoch} (the file slot: ${file}). Put it back.`);
  }
}

/** For what is done without a slot that is out of reach. */
export function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof UnavailableError)) throw error;
}
