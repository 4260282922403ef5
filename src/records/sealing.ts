/**
 * Seals a record's value under its record key.
 *
 * The associated data binds a sealed value to its place (K7): tenant, record, subject, type and type version, key
 * generation and record version. It does not open after it was moved to another row, relabelled as another type or
 * another person's, or put back after a correction.
 */
import { associatedData } from '../crypto/associated-data.ts';
import { open, seal } from '../crypto/envelope.ts';
import { Plaintext } from '../crypto/plaintext.ts';
import type { RandomSource } from '../crypto/random.ts';
import type { Json } from '../datatypes/datatype.ts';
import { inTodaysNames } from '../datatypes/earlier-names.ts';
import { IntegrityError } from '../errors.ts';
import type { RecordRow } from './store.ts';

type Place = Omit<RecordRow, 'sealed' | 'label' | 'created_at' | 'updated_at'>;

/** Seals a value for its place and wipes the bytes it is sealed from. The caller wipes the key. */
export function sealValue(place: Place, value: Json, key: Uint8Array, random: RandomSource): Buffer {
  const plain = Plaintext.of(value);
  try {
    return sealPlaintext(place, plain, key, random);
  } finally {
    plain.wipe();
  }
}

/** Seals an opened value for another place, byte for byte as it was. The caller wipes it. */
export function sealPlaintext(place: Place, plain: Plaintext, key: Uint8Array, random: RandomSource): Buffer {
  return seal(plain.exposeBytes(), key, placeAd(place), random);
}

/**
 * @returns the value; the caller wipes it
 * @throws {IntegrityError} naming the record
 */
export function openValue(row: RecordRow, key: Uint8Array): Plaintext {
  try {
    return Plaintext.ofBytes(open(row.sealed, key, placeAd(row)), (json) => inTodaysNames(row.type, json));
  } catch (cause) {
    throw new IntegrityError({ cause, record: row.record });
  }
}

function placeAd(place: Place): Buffer {
  return associatedData(
    'lethe/value/1',
    place.tenant,
    place.record,
    place.subject ?? '',
    place.type,
    place.type_version,
    place.generation,
    place.version,
  );
}
