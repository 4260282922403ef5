/**
 * The names of sensitive authentication data. PCI DSS v4.0.1 requirement 3.3.1 forbids keeping it after authorisation,
 * even encrypted, in a store or in a file beside it.
 *
 * Does not: recognise such data by its look. Three digits are three digits.
 */
const MAX_PROPERTY_NAME = 64;

/** The names, without case and punctuation, and why each is refused. */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ...each(
    'track tracks track1 track2 track3 trackdata track1data track2data magstripe magneticstripe',
    'Track data may never be stored (PCI DSS v4.0.1, 3.3.1.1).',
  ),
  ...each(
    'cvc cvc2 cvv cvv2 cid csc cav cav2 cvn cvn2 cvd securitycode verificationcode',
    'A card verification code may never be stored (PCI DSS v4.0.1, 3.3.1.2).',
  ),
  ...each('pin pinblock pincode', 'A PIN may never be stored (PCI DSS v4.0.1, 3.3.1.3).'),
]);

/** @returns why a property of this name may not be kept; undefined if it may */
export function whyForbidden(property: string): string | undefined {
  const bare = property.slice(0, MAX_PROPERTY_NAME).replace(/[^A-Za-z0-9]/g, '');
  return FORBIDDEN.get(bare.toLowerCase());
}

/**
 * Whether one of the words of a name is such a name: `card_cvc`, `csc code`, `customerPin`. This is wider than
 * `whyForbidden`, which refuses values. Ask it where leaving a property out is no loss.
 */
export function mayNameForbidden(property: string): boolean {
  if (whyForbidden(property) !== undefined) return true;
  const words = property.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ').split(/[^A-Za-z0-9]+/);
  return words.some((word) => FORBIDDEN.has(word.toLowerCase()));
}

function each(names: string, message: string): [string, string][] {
  return names.split(' ').map((key) => [key, message]);
}
