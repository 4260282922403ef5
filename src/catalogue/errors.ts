/** Why a catalogue does not take a change. Nothing has been changed. */
import { VaultError } from '../errors.ts';

/** A new version of a type must be of the same base: what is stored was written under it. */
export class TypeBaseFixedError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'type_base_fixed';

  constructor() {
    super('A type keeps the base it was first declared with. Declare another type.', { field: 'base' });
  }
}

/** The tenant has as many types as a catalogue may hold that is read whole. */
export class TooManyTypesError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'too_many_types';

  constructor() {
    super('A tenant has at most 200 types of its own.', { field: 'name' });
  }
}

/** Every version stays, for what is stored under it; so there is an end to them. */
export class TooManyVersionsError extends VaultError {
  readonly kind = 'conflict';
  readonly code = 'too_many_versions';

  constructor() {
    super('A type has at most 100 versions. Declare another type.', { field: 'name' });
  }
}

/** The type offers no lesser form of this name. */
export class UnknownKeepError extends VaultError {
  readonly kind = 'invalid';
  readonly code = 'unknown_keep';

  constructor() {
    super('This data type offers no lesser form of this name; GET /v1/types lists those it does.', { field: 'keep' });
  }
}
