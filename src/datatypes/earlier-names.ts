/**
 * Names that properties of stored values once had. A value is sealed as it was written, so an older one still has them
 * when it is opened. It then reads as if it had been written today; its bytes stay, and nothing is sealed anew.
 */
import type { Json } from './datatype.ts';

const TODAY: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  address: { postal_code: 'postalCode' },
  bank_account: {
    routing_number: 'routingNumber',
    account_number: 'accountNumber',
    account_type: 'accountType',
  },
  card: { expiry_month: 'expiryMonth', expiry_year: 'expiryYear' },
};

/** @param type the name of the stored value's data type */
export function inTodaysNames(type: string, value: Json): Json {
  const names = TODAY[type];
  if (names === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [names[name] ?? name, part]));
}
