/**
 * A password. No role, purpose or view ever returns it, because the vault keeps only a one-way verifier (custody
 * `verifier`). A value is `{password}` until the vault has made the verifier, and `{phc}` after that. A verifier made
 * elsewhere is taken as it is, within bounds that keep one verification from exhausting the machine (`crypto/phc.ts`).
 *
 * Passwords are prepared as OpaqueString (RFC 8265 4.2.2): every space becomes the ASCII space, composition is NFC, and
 * everything else stays, also spaces at the ends. A verifier from elsewhere may be of another spelling (`spellingsOf`).
 * Control characters are refused; joiners, which emoji need, are not. It does not judge how good a password is.
 */
import { z } from 'zod';
import { parsePhc } from '../crypto/phc.ts';
import { InvalidValueError } from '../errors.ts';
import type { DataType } from './datatype.ts';
import { isLongerThan, requireWellFormed } from './normalise.ts';
import { requiredString, requireObject, requireString, typedText } from './shape.ts';

const MAX_CHARACTERS = 1_024;
/** Composing takes square time on a long run of accents. At most four code units become one character. */
const MAX_INPUT = 4 * MAX_CHARACTERS;
const SPACE = /\p{Zs}/gu;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const PASSWORD_PROPERTIES = new Set(['password']);
const VERIFIER_PROPERTIES = new Set(['phc']);
/** The mask tells neither what the password is nor how long it is. */
const MASK = '********';

/** `phc`: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export type Password = { readonly password: string } | { readonly phc: string };

/** What is verified: a password, never its verifier. */
export const passwordItself = z
  .union([
    typedText,
    z.strictObject({ password: typedText.describe('The password.') }).meta({
      title: 'PasswordItself',
      description: 'A password.',
    }),
  ])
  .meta({ id: 'PasswordAttempt', description: 'A password: as text, or `{password}`.' });

export const password: DataType<Password> = {
  name: 'password',
  version: 1,
  category: 'account',
  description:
    'A password of 1 to 1,024 characters, or {phc}: its verifier, Argon2id in PHC string format, version 19, m up to ' +
    '262144, t up to 10, p up to 16. No role, purpose or view ever returns it: what is kept is the verifier, and POST ' +
    '/v1/verify answers yes or no. Passwords are the same if they are in Unicode NFC, any space counting as the ASCII ' +
    'space (RFC 8265, OpaqueString); a verifier brought along may be of the spelling as typed, or in NFD. Views: masked (eight stars, whatever the password).',
  input: z.union([
    typedText,
    z
      .strictObject({
        password: typedText.optional().describe('The password itself.'),
        phc: typedText.optional().describe('Its verifier, made elsewhere: Argon2id in PHC string format.'),
      })
      .meta({
        title: 'PasswordOrVerifier',
        description: 'A password or its verifier, one of them.',
        minProperties: 1,
        maxProperties: 1,
      }),
  ]),
  examples: [
    'correct horse battery staple',
    { phc: '$argon2id$v=19$m=65536,t=3,p=4$bGV0aGUgZXhhbXBsZQ$ZKh6rZ5qAyGhRJmzsGJ0jC4HlnB2XxkV6tUQ2w1rFzA' },
  ],
  custody: 'verifier',
  spread: 'none',

  parse(input) {
    if (typeof input !== 'object') return { password: prepare(requireString(input), '') };
    const isVerifier = input !== null && Object.hasOwn(input, 'phc');
    const properties = requireObject(input, isVerifier ? VERIFIER_PROPERTIES : PASSWORD_PROPERTIES);
    if (!isVerifier) return { password: prepare(requiredString(properties, 'password'), 'password') };
    return { phc: requireVerifier(requiredString(properties, 'phc')) };
  },

  /** It is never indexed: nobody may learn who has the same password. */
  canonical: (value) => ('phc' in value ? value.phc : value.password),

  views: { masked: () => MASK },
};

/**
 * The spellings of a password that a verifier may have been made of: as this file prepares it, as it was typed, and in
 * NFD, which some systems make of all typed text. Together they are one password, and one guess.
 * @param input a password that `parse` has accepted
 */
export function spellingsOf(input: unknown): readonly string[] {
  const { password: prepared } = password.parse(input, { now: new Date(0) }) as { readonly password: string };
  const typed = typeof input === 'string' ? input : (input as { readonly password: string }).password;
  return [...new Set([prepared, typed, prepared.normalize('NFD')])];
}

function prepare(text: string, path: string): string {
  requireWellFormed(text, path);
  if (CONTROL.test(text)) throw new InvalidValueError(path, 'Must not hold control characters.');
  const prepared = text.length > MAX_INPUT ? text : text.replace(SPACE, ' ').normalize('NFC');
  if (prepared === '') throw new InvalidValueError(path, 'Must not be empty.');
  if (isLongerThan(prepared, MAX_CHARACTERS)) {
    throw new InvalidValueError(path, `Must not be longer than ${MAX_CHARACTERS} characters.`);
  }
  return prepared;
}

function requireVerifier(phc: string): string {
  try {
    parsePhc(phc);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidValueError('phc', error.message);
    throw error;
  }
  return phc;
}
