/**
 * A token that fits where an email address goes, holds nothing of the source, and can be no address: names under
 * `.invalid` never resolve (RFC 2606 2; RFC 6761 6.4), so mail to it fails at the sender and reaches nobody.
 */
import { newToken } from '../../ids.ts';
import type { TokenShape } from './shaped.ts';

const DOMAIN = 'lethe.invalid';
const PREFIX_LENGTH = 4;

export const emailShape: TokenShape = {
  space: () => 2 ** 160,
  // 32 characters of lower-case base32: half of what a local part may have, and unchanged if its case is folded.
  draw: (_, random) => `${newToken(random).slice(PREFIX_LENGTH)}@${DOMAIN}`,
  holds: 'nothing',
  isReal: () => false,
};
