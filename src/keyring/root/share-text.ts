/**
 * A share of the root key as one line of text, made to survive paper, a telephone and a password manager:
 *
 *   LETHE1-AWV0T73A-…   eleven groups of eight characters after the prefix, 88 in all
 *
 *    8 bytes   id of the set: random, one for each splitting
 *    4 bytes   mark of the vault: BLAKE2b of its id
 *    1 byte    how many shares open the vault (m)
 *    1 byte    how many shares there are (n)
 *    1 byte    which of them this is, from 1
 *   33 bytes   the share itself: 32 of its polynomials, then its place
 *    7 bytes   checksum: BLAKE2b of all before it
 *
 * Crockford's base32: no I, L, O or U, read without regard to case, with O taken for 0 and I and L for 1, so that what
 * a person misreads is mostly right all the same; and 55 bytes are 88 characters to the bit. Spaces and hyphens may be
 * anywhere. (Words of a list were not taken: five times as long, and one more list to keep.)
 *
 * Guarantees: a mistyped text is told from a share, except for one in 2^56. A text is read in time and memory
 * bounded by its length.
 * Does not: say that a share is right. A checksum is no proof, because everybody can make one.
 */
import { equalBytes, mac } from '../../crypto/mac.ts';
import { VaultError } from '../../errors.ts';
import { handOver, secret } from '../../secret.ts';

export const SET_BYTES = 8;
const VAULT_MARK_BYTES = 4;
const PIECE_BYTES = 33;
const CHECKSUM_BYTES = 7;
const BODY_BYTES = SET_BYTES + VAULT_MARK_BYTES + 3 + PIECE_BYTES;
const SHARE_CHARACTERS = ((BODY_BYTES + CHECKSUM_BYTES) * 8) / 5;
const GROUP = 8;
const PREFIX = 'LETHE1';
/** The prefix as it is read: L and I are 1, O is 0. */
const PREFIX_READ = '1ETHE1';
/** Room for every separator a person could put in. */
const MAX_SHARE_TEXT = 512;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** BLAKE2b with a key that is known to everybody: a checksum, not a MAC. */
const PUBLIC_KEY = Buffer.alloc(32);

export interface Share {
  /** Id of the set, in hexadecimal. */
  readonly set: string;
  readonly vaultMark: Buffer;
  readonly threshold: number;
  readonly shares: number;
  readonly index: number;
  /** Secret; owned by whoever holds this object. */
  readonly piece: Buffer;
}

export function vaultMarkOf(vaultId: string): Buffer {
  return mac(PUBLIC_KEY, 'lethe/share-vault/1', 16, vaultId).subarray(0, VAULT_MARK_BYTES);
}

/** The share as a line. A string cannot be wiped: it lives until it is collected. */
export function shareText(share: Share): string {
  using bytes = secret(encode(share));
  const text = toBase32(bytes);
  return [
    PREFIX,
    ...Array.from({ length: text.length / GROUP }, (_, i) => text.slice(i * GROUP, (i + 1) * GROUP)),
  ].join('-');
}

/** @throws `share_typo` for everything that is not a share to the last bit */
export function readShare(text: string): Share {
  using bytes = secret(text.length <= MAX_SHARE_TEXT ? fromBase32(text) : undefined);
  if (bytes === undefined) throw new VaultError('share_typo');
  const at = SET_BYTES + VAULT_MARK_BYTES;
  const [threshold = 0, shares = 0, index = 0] = bytes.subarray(at, at + 3);
  const right = equalBytes(checksum(bytes.subarray(0, BODY_BYTES)), bytes.subarray(BODY_BYTES));
  if (!(right && threshold >= 2 && threshold <= shares && index >= 1 && index <= shares))
    throw new VaultError('share_typo');
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  bytes.copy(piece, 0, at + 3, BODY_BYTES);
  const set = bytes.toString('hex', 0, SET_BYTES);
  return { set, vaultMark: Buffer.from(bytes.subarray(SET_BYTES, at)), threshold, shares, index, piece };
}

function encode({ set, vaultMark, threshold, shares, index, piece }: Share): Buffer {
  const bytes = Buffer.allocUnsafeSlow(BODY_BYTES + CHECKSUM_BYTES);
  bytes.write(set, 0, SET_BYTES, 'hex');
  vaultMark.copy(bytes, SET_BYTES);
  bytes.set([threshold, shares, index], SET_BYTES + VAULT_MARK_BYTES);
  piece.copy(bytes, BODY_BYTES - PIECE_BYTES);
  checksum(bytes.subarray(0, BODY_BYTES)).copy(bytes, BODY_BYTES);
  return bytes;
}

function checksum(body: Buffer): Buffer {
  return mac(PUBLIC_KEY, 'lethe/share-checksum/1', 16, body).subarray(0, CHECKSUM_BYTES);
}

function toBase32(bytes: Buffer): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

/** @returns undefined for anything but the prefix and 88 characters of the alphabet */
function fromBase32(text: string): Buffer | undefined {
  const characters = text
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  const body = characters.slice(PREFIX_READ.length);
  if (!characters.startsWith(PREFIX_READ) || body.length !== SHARE_CHARACTERS) return undefined;
  using bytes = secret(Buffer.allocUnsafeSlow(BODY_BYTES + CHECKSUM_BYTES));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const character of body) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return undefined;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = held >> bits;
      at += 1;
    }
    held &= (1 << bits) - 1;
  }
  return handOver(bytes);
}
