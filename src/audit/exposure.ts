/**
 * What a principal has been shown, from its entries in the log: of whom, of which data type, in which view.
 *
 * Guarantees: exact. Each look that the entries tell counts, and an entry that shows something without telling what is
 * named as unclear. What was erased since is told by its ids; they are no values.
 * Does not: know what the holder of a key did with what it saw, or brought along itself.
 */
import type { Action } from '../access/actions.ts';
import type { AuditId, PrincipalId, SubjectId, TenantId } from '../ids.ts';
import type { Reader } from '../storage/tx.ts';
import { type AuditRow, entriesOf } from './entries.ts';
import { looksOf } from './looks.ts';

export interface Seen {
  readonly action: Action;
  readonly type: string;
  readonly view: string;
  readonly subject?: SubjectId | undefined;
  readonly calls: number;
  readonly first: Date;
  readonly last: Date;
}

export interface ExposurePage {
  readonly entries: number;
  readonly unclear: readonly AuditId[];
  readonly seen: readonly Seen[];
  readonly next: AuditId | undefined;
}

const SHOWING: ReadonlySet<string> = new Set<Action>(['detokenize', 'search', 'match']);
/** A page ends after the entry that brings it to this many. */
const MAX_SEEN = 5_000;

export async function exposureOf(
  reader: Reader<'records'>,
  of: { readonly tenant: TenantId; readonly principal: PrincipalId },
  page: { readonly since: Date; readonly after: AuditId | undefined; readonly limit: number },
): Promise<ExposurePage> {
  const rows = await entriesOf(reader, of, { ...page, limit: page.limit + 1 });
  const seen = new Map<string, Seen>();
  const unclear: AuditId[] = [];
  let entries = 0;
  for (const row of rows.slice(0, page.limit)) {
    entries += 1;
    for (const [place, each] of seenIn(row, unclear)) {
      const known = seen.get(place);
      seen.set(place, known === undefined ? each : { ...known, calls: known.calls + 1, last: each.last });
    }
    if (seen.size >= MAX_SEEN) break;
  }
  const next = rows.length > entries ? (rows[entries - 1]?.entry as AuditId) : undefined;
  return { entries, unclear, seen: [...seen.values()], next };
}

/** Each subject and view once for each entry. */
function seenIn(row: AuditRow, unclear: AuditId[]): Map<string, Seen> {
  const found = new Map<string, Seen>();
  if (!SHOWING.has(row.action) || row.outcome !== 'done') return found;
  const looks = looksOf(row);
  if (looks === undefined) {
    if (row.looks !== null || row.records.length > 0) unclear.push(row.entry as AuditId);
    return found;
  }
  const [action, at] = [row.action as Action, new Date(row.at)];
  for (const { type, view, subjects, unnamed } of looks) {
    if (view === undefined) continue;
    for (const subject of [...subjects, ...(unnamed > 0 ? [undefined] : [])]) {
      const place = [action, type, view, subject].join(' ');
      found.set(place, { action, type, view, subject, calls: 1, first: at, last: at });
    }
  }
  return found;
}
