/** Ids as the API speaks of them. */
import { z } from 'zod';
import { type Id, type IdKind, isId } from './ids.ts';

const TIMED_EXAMPLE = '01kae5m8q0x7t3v9c2n6b4d1fg';
const ANY = '[0-9a-hjkmnp-tv-z]';

function idSchema<K extends IdKind>(kind: K, prefix: string, body: string, example: string, description: string) {
  return z
    .custom<Id<K>>((value) => isId(kind, value), `must be an id that begins with ${prefix}`)
    .describe(description)
    .meta({ type: 'string', pattern: `^${prefix}${body}$`, examples: [prefix + example] });
}

function timedId<K extends IdKind>(kind: K, prefix: string, description: string) {
  return idSchema(kind, prefix, `[0-7]${ANY}{25}`, TIMED_EXAMPLE, description);
}

export const TokenSchema = idSchema(
  'token',
  'tok_',
  `${ANY}{32}`,
  '3f8z0w6q1c9v5m2k7d4x8b1n6p3r0t5y',
  'What an app stores in place of the value.',
);
export const RecordIdSchema = timedId('record', 'rec_', 'A stored value of one data type.');
export const SubjectIdSchema = timedId('subject', 'sub_', 'The person the data is about.');
export const ErasureIdSchema = timedId('erasure', 'ers_', 'An erasure that was ordered.');
export const PrincipalIdSchema = timedId('principal', 'prn_', 'Who calls.');
export const AuditIdSchema = timedId('audit', 'aud_', 'An entry of the audit log; entries sort by it.');
