/**
 * What hooks tell, by name, and of which entries of the audit log. To tell something more is a line here: the entry
 * brings it along, in its own transaction. What has no entry is noted by hand (`noteEvents` in `outbox.ts`).
 *
 * Guarantees: what is told of an entry are ids. No value, ref, reason, ticket, name or address is among them.
 */
import type { Action } from '../access/actions.ts';
import { type AuditId, type IdKind, isId, type PrincipalId, type RecordId, type TenantId } from '../ids.ts';

interface Kind {
  /** For the API's description. */
  readonly says: string;
  /** The entries that it is told of: those with this code, or those of what was done by this action. */
  readonly of?: { readonly code: string } | { readonly action: Action; readonly target?: string };
  /** Told once an hour of the same: an attack repeats itself, and would bury everything else. */
  readonly hourly?: 'principal' | 'found';
  /** Told once of the same target, however often it comes. */
  readonly once?: 'target';
}

export const EVENTS = {
  'integrity.failed': {
    says: 'A stored row was altered or damaged; once an hour of the same ones.',
    of: { code: 'integrity_failure' },
    hourly: 'found',
  },
  'store.corrupt': {
    says: 'A store reported that its own data is damaged; once an hour.',
    of: { code: 'store_corrupt' },
    hourly: 'found',
  },
  'guesses.locked_out': {
    says: 'A principal guessed wrong too often and is refused; once an hour of each.',
    of: { code: 'too_many_guesses' },
    hourly: 'principal',
  },
  'principal.revoked': { says: 'A principal was revoked.', of: { action: 'revoke_principal' } },
  'api_key.ended': { says: 'An API key was ended.', of: { action: 'end_api_key' } },
  'api_key.ends_soon': { says: 'The last API key of a principal ends within 14 days.' },
  'slot.added': { says: 'A root slot was added.', of: { action: 'add_slot' } },
  'slot.removed': { says: 'A root slot was removed.', of: { action: 'remove_slot' } },
  'slot.secret_returned': { says: 'A root slot had a secret that was destroyed.', of: { code: 'secret_returned' } },
  'root.split': { says: 'Shares of the root key were made.', of: { action: 'split_root' } },
  'root.replacement_begun': {
    says: 'The replacement of the root key was begun.',
    of: { action: 'replace_root', target: 'begun' },
  },
  'root.replaced': { says: 'The root key was replaced.', of: { action: 'replace_root', target: 'completed' } },
  'vault.unsealed': { says: 'The vault was opened with shares.', of: { action: 'unseal' } },
  'vault.restored': { says: 'A store was put back from a copy.', of: { action: 'restore' } },
  'vault.recovered': { says: 'The stores were made to agree after a restore.', of: { action: 'recover' } },
  'node.abandoned': { says: 'A node was given up.', of: { action: 'abandon_node' } },
  'keys.rotation_ordered': { says: 'A rotation of keys was ordered.', of: { action: 'rotate_keys' } },
  'keys.compromised': { says: 'Keys were said to be compromised.', of: { action: 'compromise_keys' } },
  'job.completed': { says: 'A long job is done: a rotation, a re-sealing, an erasure of a tenant, a backup, a drill.' },
  'job.failed': { says: 'A long job has failed, and is not tried again by itself.' },
  'tenant.erasure_ordered': { says: 'The erasure of a whole tenant was ordered.', of: { action: 'erase_tenant' } },
  'erasure.final': { says: 'An erasure became final: its certificate can be had.' },
  'approval.waiting': {
    says: 'Somebody has asked for what takes a second person: it waits for approval.',
    of: { code: 'approval_needed' },
    once: 'target',
  },
  'hook.added': { says: 'A hook was added.', of: { action: 'add_hook' } },
  'hook.changed': {
    says: 'A hook was changed, paused, resumed or given another secret.',
    of: { action: 'change_hook' },
  },
  'hook.removed': { says: 'A hook was removed.', of: { action: 'remove_hook' } },
  'hook.paused': { says: 'The vault has paused a hook that fails.', of: { code: 'hook_given_up' } },
  'hook.test': { says: 'Somebody tries the hook out. It goes to that hook alone, whatever it asks for.' },
} as const satisfies Readonly<Record<string, Kind>>;

export type EventName = keyof typeof EVENTS;
export const EVENT_NAMES = Object.keys(EVENTS) as [EventName, ...EventName[]];

/** The part of an audit entry that an event is made of. */
export interface Told {
  readonly entry: AuditId;
  readonly tenant: TenantId;
  readonly at: Date;
  readonly principal: PrincipalId;
  readonly action: Action;
  readonly outcome: string;
  readonly code?: string | undefined;
  readonly records?: readonly RecordId[] | undefined;
  readonly subject?: string | undefined;
  readonly erasure?: string | undefined;
  readonly target?: string | undefined;
}

/** What is told of an event: ids. */
export interface About {
  readonly entry?: string | undefined;
  readonly principal?: string | undefined;
  readonly subject?: string | undefined;
  readonly erasure?: string | undefined;
  readonly records?: readonly string[] | undefined;
  /** Principals, API keys, tenants, jobs, hooks and approvals that it is about. */
  readonly others?: readonly string[] | undefined;
}

const BY_CODE = new Map<string, EventName>();
const BY_ACTION = new Map<string, EventName>();
for (const name of EVENT_NAMES) {
  const { of }: Kind = EVENTS[name];
  if (of === undefined) continue;
  if ('code' in of) BY_CODE.set(of.code, name);
  else BY_ACTION.set(of.target === undefined ? of.action : `${of.action} ${of.target}`, name);
}

/** @returns undefined for what no hook tells */
export function eventOf({ action, outcome, code, target }: Told): EventName | undefined {
  const byCode = code === undefined ? undefined : BY_CODE.get(code);
  if (byCode !== undefined || outcome !== 'done') return byCode;
  // A target may have more words: ids.
  return BY_ACTION.get(action) ?? BY_ACTION.get(`${action} ${target?.split(' ', 1)[0]}`);
}

const NAMED = 20;
const OTHERS: readonly IdKind[] = ['principal', 'apiKey', 'tenant', 'job', 'hook', 'approval'];

export function aboutOf({ entry, principal, subject, erasure, records = [], target }: Told): About {
  // A target may be a word that somebody has chosen: a data type, a slot, a node.
  const others = (target ?? '').split(' ').filter((word) => OTHERS.some((kind) => isId(kind, word)));
  return {
    ...{ entry, principal, subject, erasure },
    records: records.length === 0 ? undefined : records.slice(0, NAMED),
    others: others.length === 0 ? undefined : others.slice(0, NAMED),
  };
}

const HOUR_MS = 60 * 60 * 1000;

/** @returns what two entries have in common of which one is told; undefined where each is */
export function onceOf(name: EventName, told: Told): string | undefined {
  const { hourly, once }: Kind = EVENTS[name];
  if (once === 'target') return `${name} ${told.target}`;
  const hour = Math.floor(told.at.getTime() / HOUR_MS);
  if (hourly === 'principal') return `${name} ${told.principal} ${hour}`;
  if (hourly !== 'found') return undefined;
  const { records = [] } = told;
  const { others = [] } = aboutOf(told);
  // More are not told by a text of bounded length.
  return records.length > NAMED ? undefined : [name, told.action, ...records, ...others, hour].join(' ');
}
