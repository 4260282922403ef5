/** What can be wrong with the definition of a custom type. Nothing has been declared. */
import { VaultError } from '../errors.ts';

/** The definition contradicts itself, or what it says cannot be carried out; `field` names the property. */
export class InvalidDefinitionError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'invalid_definition';

  constructor(field: string, message: string) {
    super(message, { field });
  }
}

/** An index was asked for over values of which there are too few: it would be a list of who has which. */
export class LowEntropyIndexError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'low_entropy_index';

  constructor() {
    super(
      'Values are only indexed where there are at least 4,096 different ones; state how many in `distinct`, or set ' +
        '`spread` to `none`.',
      { field: 'distinct' },
    );
  }
}
