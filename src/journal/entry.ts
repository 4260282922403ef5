/**
 * What the journal remembers, a line each: ids, numbers, times and closed words. No value, ref, reason, name or key.
 *
 *   tag 22 | space | text                                            ASCII; the tag is 16 bytes in base64url
 *   text:  erasure <erasure> <tenant> <cause> <subject or -> <by> <ms> <record>:<generation>,…   at most 100, or -
 *          tenant <erasure> <tenant> <by> <ms>
 *          revocation <tenant> <kind> <ms> <target>
 *          close <epoch> <ms>
 *
 * Guarantees: every line that is read carries the vault's own tag. A line says the same wherever and however often it
 * stands, so copied, moved or repeated lines do no harm. Each line speaks of what was committed, and is never taken
 * back.
 */
import {
  type ErasureId,
  isId,
  isTokenText,
  type PrincipalId,
  type RecordId,
  type SubjectId,
  type TenantId,
} from '../ids.ts';
import type { JournalKey } from '../keyring/tree/journal-key.ts';

/** A destruction of keys. Its line begins with `erasure`, whatever the cause. */
export interface DestructionEntry {
  readonly kind: 'erasure';
  readonly erasure: ErasureId;
  readonly tenant: TenantId;
  readonly cause: 'erased' | 'corrected';
  readonly subject: SubjectId | null;
  readonly by: PrincipalId;
  /** When it was ordered, in milliseconds. */
  readonly at: number;
  /** In the order of the records. The last one's key was destroyed last. */
  readonly keys: readonly { readonly record: RecordId; readonly generation: number }[];
}

export interface TenantEntry {
  readonly kind: 'tenant';
  readonly erasure: ErasureId;
  readonly tenant: TenantId;
  readonly by: PrincipalId;
  readonly at: number;
}

const REVOKED = [
  ...(['principal', 'token', 'key', 'purpose', 'networks', 'role'] as const),
  ...(['hook', 'approval', 'policy', 'grant', 'choice', 'declaration', 'suspension'] as const),
] as const;

export interface RevocationEntry {
  readonly kind: 'revocation';
  readonly tenant: TenantId;
  readonly of: (typeof REVOKED)[number];
  readonly target: string;
  readonly at: number;
}

interface CloseEntry {
  readonly kind: 'close';
  /** The epoch whose secret is about to be destroyed for good. */
  readonly epoch: number;
  readonly at: number;
}

export type Entry = DestructionEntry | TenantEntry | RevocationEntry | CloseEntry;

const TAG_CHARACTERS = 22;
const KEYS_A_LINE = 100;
/** The longest line: 100 keys, or a token of 512 characters. */
export const MAX_LINE = 8 * 1024;

/** @returns the lines of an entry, each with its end; several where an erasure has more records than one line holds */
export function linesOf(entry: Entry, key: JournalKey): string {
  if (entry.kind !== 'erasure' || entry.keys.length <= KEYS_A_LINE) return lineOf(textOf(entry), key);
  let lines = '';
  for (let at = 0; at < entry.keys.length; at += KEYS_A_LINE) {
    lines += lineOf(textOf({ ...entry, keys: entry.keys.slice(at, at + KEYS_A_LINE) }), key);
  }
  return lines;
}

/** The same line under another key. */
export function lineOf(text: string, key: JournalKey): string {
  return `${key.tag(text).toString('base64url')} ${text}\n`;
}

/** @returns undefined for a line that this vault did not write, or that is not whole */
export function readLine(line: string, key: JournalKey): { readonly text: string; readonly entry: Entry } | undefined {
  if (line.charAt(TAG_CHARACTERS) !== ' ') return undefined;
  const text = line.slice(TAG_CHARACTERS + 1);
  if (!key.isTag(text, Buffer.from(line.slice(0, TAG_CHARACTERS), 'base64url'))) return undefined;
  const entry = entryOf(text);
  return entry && { text, entry };
}

function textOf(entry: Entry): string {
  switch (entry.kind) {
    case 'erasure': {
      const { erasure, tenant, cause, subject, by, at } = entry;
      const keys = entry.keys.map(({ record, generation }) => `${record}:${generation}`).join(',');
      return `erasure ${erasure} ${tenant} ${cause} ${subject ?? '-'} ${by} ${at} ${keys || '-'}`;
    }
    case 'tenant':
      return `tenant ${entry.erasure} ${entry.tenant} ${entry.by} ${entry.at}`;
    case 'revocation':
      return `revocation ${entry.tenant} ${entry.of} ${entry.at} ${entry.target}`;
    case 'close':
      return `close ${entry.epoch} ${entry.at}`;
  }
}

/** The text carried the tag, and is still read closely: a later release may write what this one does not know. */
function entryOf(text: string): Entry | undefined {
  const [kind, ...fields] = text.split(' ');
  if (kind === 'erasure') return destructionOf(fields);
  const at = Number(fields[kind === 'tenant' ? 3 : kind === 'revocation' ? 2 : 1]);
  if (!Number.isSafeInteger(at)) return undefined;
  if (kind === 'tenant' && fields.length === 4) {
    const [erasure, tenant, by] = fields;
    if (!isId('erasure', erasure) || !isId('tenant', tenant) || !isId('principal', by)) return undefined;
    return { kind, erasure, tenant, by, at };
  }
  if (kind === 'revocation' && fields.length === 4) {
    const [tenant, of, , target] = fields;
    if (!isId('tenant', tenant) || !isTokenText(target)) return undefined;
    const known = REVOKED.find((one) => one === of);
    return known && { kind, tenant, of: known, target, at };
  }
  const epoch = Number(fields[0]);
  if (kind === 'close' && fields.length === 2 && Number.isSafeInteger(epoch)) return { kind, epoch, at };
  return undefined;
}

function destructionOf(fields: readonly string[]): DestructionEntry | undefined {
  const [erasure, tenant, cause, subject, by, ms, list, ...more] = fields;
  const at = Number(ms);
  if (!isId('erasure', erasure) || !isId('tenant', tenant) || !isId('principal', by)) return undefined;
  if (!(cause === 'erased' || cause === 'corrected') || !Number.isSafeInteger(at) || more.length > 0) return undefined;
  if (!(subject === '-' || isId('subject', subject)) || list === undefined) return undefined;
  const keys: DestructionEntry['keys'][number][] = [];
  for (const pair of list === '-' ? [] : list.split(',')) {
    const [record, generation] = pair.split(':');
    if (!isId('record', record) || !Number.isSafeInteger(Number(generation))) return undefined;
    keys.push({ record, generation: Number(generation) });
  }
  return { kind: 'erasure', erasure, tenant, cause, subject: subject === '-' ? null : subject, by, at, keys };
}
