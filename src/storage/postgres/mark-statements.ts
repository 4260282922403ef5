/**
 * How a transaction on PostgreSQL begins. Nothing that it needs is left to the session, because a pooler may give each
 * transaction another one. The settings hold for this transaction alone. One round trip sets them and writes and checks
 * its mark.
 *
 * `synchronous_commit` is `on`, or `remote_apply` where the operator asks for it, which is `on` and more. A weaker
 * value that the role, the database or the session has set never applies to our commits.
 */

/** A transaction that misses a mark fails on this constraint, and nothing else does. */
export const MARKS_ALL_THERE = 'marks_all_there';

const setting = (name: string, value: string) => `set_config('${name}', ${value}, true)`;
const AT_LEAST_ON = `CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END`;
/** Makes this commit durable. Below `notice`, PostgreSQL would not say that it was not replicated. */
export const DURABLE = [setting('synchronous_commit', AT_LEAST_ON), setting('client_min_messages', `'notice'`)].join(
  ', ',
);
/** A work that waits for a row that somebody else changes gives up, so that its neighbours do not wait with it. */
const PATIENT = setting('lock_timeout', `'3s'`);
const LIMITED = [setting('statement_timeout', `'30s'`), setting('idle_in_transaction_session_timeout', `'60s'`)].join(
  ', ',
);

/** Begins a durable transaction, for what is done beside the stores' own. */
export const BEGIN_DURABLE = `BEGIN; SELECT ${DURABLE}`;

/** Settings that a session keeps where it is ours alone: for reads, which run outside transactions. */
export const SESSION = [
  "SET default_transaction_isolation = 'read committed'",
  "SET statement_timeout = '30s'",
  "SET lock_timeout = '3s'",
  "SET idle_in_transaction_session_timeout = '60s'",
].join('; ');

/** `MARK` follows it, without waiting for its answer. */
export const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';
/** Settings and mark of a begun transaction. Parameters: the writer, and its marks' numbers with the new one. */
export const MARK = marked([DURABLE, PATIENT, LIMITED], []);

/** A transaction that is one statement. @param parts what it writes. Parameters: those of `MARK`, then theirs */
export function markedAlone(parts: readonly string[]): string {
  return marked([DURABLE, PATIENT], parts);
}

/**
 * `ON CONFLICT` looks each number up by the index, whatever the planner thinks of the table. The marks that must be
 * there are not written again; one mark is new, the transaction's own. The settings stand first. The check of what was
 * new stands last, and runs before the parts named between the two. So everything runs under the settings.
 */
function marked(settings: readonly string[], parts: readonly string[]): string {
  return (
    'WITH mark AS (INSERT INTO marks (writer, n) SELECT $1::bigint, m.n ' +
    `FROM (SELECT ${settings.join(', ')} OFFSET 0) AS settings, unnest($2::bigint[]) AS m(n) ` +
    'ON CONFLICT (writer, n) DO NOTHING RETURNING n)' +
    parts.map((part, i) => `, i${i} AS (${part})`).join('') +
    ' INSERT INTO marks (writer, n) SELECT $1::bigint, -count(*) FROM mark HAVING count(*) <> 1'
  );
}

/** Removes marks without waiting for a disk or a standby: what is lost of this is only removed later. */
const LAZILY = `set_config('synchronous_commit', 'off', true) = 'off'`;
export const REMOVE = `DELETE FROM marks WHERE writer = $1 AND n >= $2 AND n < $3 AND ${LAZILY}`;
export const REMOVE_WRITER = `DELETE FROM marks WHERE writer = $1 AND ${LAZILY}`;
export const REMOVE_SILENT = `DELETE FROM marks WHERE writer = $1 AND ${LAZILY}
  AND (SELECT max(n) FROM marks WHERE writer = $1) = $2`;
export const WRITERS = 'SELECT writer, max(n) AS n FROM marks GROUP BY writer';
export const COUNT = 'SELECT count(*)::int AS n FROM marks WHERE writer = $1 AND n = ANY($2::bigint[])';
