/**
 * A card verification code: the three or four digits printed on a card (CVC2, CVV2, CID). It is sensitive
 * authentication data, which may not be kept after authorisation, even encrypted (PCI DSS v4.0.1, 3.3.1.2). So its
 * custody is `window`: neither store ever holds it. It is sealed inside its token, which opens once, within minutes.
 *
 * No view shows a digit of it, and no search finds it. Only the issuer can say whether a code fits a card.
 */
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { foldCode, trim } from './normalise.ts';
import { requireString, typedText } from './shape.ts';

const MAX_TYPED = 16;
const CODE = /^\d{3,4}$/;
/** The mask is the same for three and four digits, because the length would tell the brand of the card. */
const MASK = '***';

export const cvc: DataType<string> = {
  name: 'cvc',
  version: 1,
  category: 'payment',
  description:
    'A card verification code: three or four digits, as text. It is sealed inside its token, opens once within 15 ' +
    'minutes, and is in no store (PCI DSS v4.0.1, 3.3.1.2); not searchable. Comes back as bare digits. Views: masked ' +
    '(three stars, whatever the code).',
  input: typedText,
  examples: ['123', '0987'],
  custody: 'window',
  spread: 'none',

  parse(input) {
    const typed = trim(requireString(input));
    const code = typed.length > MAX_TYPED ? '' : foldCode(typed);
    if (!CODE.test(code)) throw new InvalidValueError('', 'Must be three or four digits.');
    return code;
  },

  canonical: (value) => value,
  views: { masked: () => MASK },
};
