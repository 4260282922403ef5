/** Every data type of the house. A new one needs a file in this folder and a line here. */
import { VaultError } from '../errors.ts';
import { address } from './address.ts';
import { bankAccount } from './bank-account.ts';
import { card } from './card.ts';
import { cookieId } from './cookie-id.ts';
import { cvc } from './cvc.ts';
import type { DataType } from './datatype.ts';
import { dateOfBirth } from './date-of-birth.ts';
import { document } from './document.ts';
import { email } from './email.ts';
import { iban } from './iban.ts';
import { ip } from './ip.ts';
import { name } from './name.ts';
import { nationalId } from './national-id.ts';
import { password } from './password.ts';
import { phone } from './phone.ts';
import { postalCode } from './postal-code.ts';
import { searchTerms } from './search-terms.ts';
import { serialNumber } from './serial-number.ts';
import { text } from './text.ts';
import { userAgent } from './user-agent.ts';
import { username } from './username.ts';

const TYPES: readonly DataType[] = [
  ...[email, phone, name, address, postalCode],
  ...[card, cvc, iban, bankAccount],
  ...[dateOfBirth, nationalId],
  ...[username, password],
  ...[ip, userAgent, cookieId, searchTerms],
  ...[serialNumber, document],
  text,
];

/** A Map, because a lookup in an object would find `__proto__` and `constructor`. */
const BY_NAME: ReadonlyMap<unknown, DataType> = new Map(TYPES.map((type) => [type.name, type]));

/** Every data type, in the order of the catalogue. */
export function dataTypes(): readonly DataType[] {
  return TYPES;
}

/** @throws `unknown_type` if no data type has exactly this name. */
export function dataType(name: unknown): DataType {
  const type = BY_NAME.get(name);
  if (type === undefined) throw new VaultError('unknown_type');
  return type;
}
