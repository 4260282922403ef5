/**
 * What an operator does about a store that cannot be reached, opened or written, by the driver's code: at start, and in
 * the log of a serving vault.
 *
 * Guarantees: the texts are fixed. A driver's own text, which can hold a value, is compared with known ones and never
 * repeated.
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html, https://www.sqlite.org/rescode.html, and
 * Node's.
 */

/** Errors to which the driver gives no code, by their whole text. */
const WITHOUT_CODE: Readonly<Record<string, string>> = {
  'timeout expired': 'no_connection_in_time',
  'timeout exceeded when trying to connect': 'no_connection_in_time',
  'Connection terminated due to connection timeout': 'no_connection_in_time',
  'Connection terminated': 'connection_lost',
  'Connection terminated unexpectedly': 'connection_lost',
  'Client has encountered a connection error and is not queryable': 'not_sent',
  'Client was closed and is not queryable': 'not_sent',
  'Query read timeout': 'no_answer',
  'The server does not support SSL connections': 'no_tls',
  'There was an error establishing an SSL connection': 'tls_failed',
};

/** A driver's code, or our own for a known error that has none; otherwise undefined. */
export function codeOfText(error: Error): string | undefined {
  return Object.hasOwn(WITHOUT_CODE, error.message) ? WITHOUT_CODE[error.message] : undefined;
}

const CUT =
  'The connection was cut in the middle: by a restart of the server, a fail-over, a pooler or a firewall. Try again; if it goes on, look there.';
const UNREACHED =
  'The host does not answer. Check host and port, the firewall and the route; connect_timeout in the URL is how long is waited.';
const UNTRUSTED =
  'The server’s certificate is of no authority that is trusted here. Name the file of its authority: sslrootcert in the URL.';
const NO_SPACE = 'There is no space left. Make room.';
const MAY_NOT_WRITE =
  'This user may not write there, or the file system is read-only. The vault’s user needs to own the file and its folder.';
const RIGHTS =
  'The account lacks a right: CONNECT on the database; USAGE on the schema, and CREATE while tables are made or brought to a new release; SELECT, INSERT, UPDATE and DELETE on the tables, USAGE on the sequences.';

const REMEDIES: readonly [codes: RegExp, remedy: string][] = [
  [
    /^3D000$/,
    "The server has no database of this name. Make one, empty: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
  ],
  [/^28P01$/, 'The server refuses this user or password. In the URL the password is percent-encoded.'],
  [/^28000$/, 'The server lets this user not in from here, or not without TLS: see its pg_hba.conf, and sslmode.'],
  [/^no_password$/, 'The server asks for a password, and the URL has none; no PGPASSWORD and no .pgpass is read.'],
  [/^42501$/, RIGHTS],
  [
    /^3F000$/,
    'There is no schema for the tables: none of the account’s search_path is there, or may be used. CREATE SCHEMA, or ALTER ROLE … SET search_path.',
  ],
  [
    /^25006$/,
    'The server is read-only: a standby, or default_transaction_read_only is on. Name an address that follows the primary.',
  ],
  [
    /^42(P07|710|P06)$/,
    'Something of the name of one of the vault’s tables is there that the vault has not made. Take an empty database.',
  ],
  [
    /^08P01$/,
    'A pooler refuses the connection: it knows no such database or user, reaches no server, has no connection left, or wants TLS. Its log says which. Otherwise it is no PostgreSQL that answers: check host and port.',
  ],
  [/^53300$/, 'The server has no connection left. Raise max_connections, or end what takes them.'],
  [/^57P03$/, 'The server is starting, stopping or recovering. Try again in a while.'],
  [/^53100$|^ENOSPC$|^EDQUOT$|^SQLITE_FULL$/, NO_SPACE],
  [/^(ECONNRESET|EPIPE|connection_lost|not_sent|57P0[12]|0800[136])$/, CUT],
  [/^ECONNREFUSED$/, 'Nobody listens there. Start the server, or check host and port.'],
  [/^(ENOTFOUND|EAI_[A-Z]+)$/, 'The name of the host is not known here. Check the host, and the name service.'],
  [/^(ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|EADDRNOTAVAIL|no_connection_in_time)$/, UNREACHED],
  [/^(no_answer|57014)$/, 'The server took too long over a statement. Look at its load, its locks and its disk.'],
  [/^no_tls$/, 'The server has no TLS, and the URL asks for it. Switch it on there (ssl = on).'],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED)$/,
    UNTRUSTED,
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    'The server’s certificate is not valid at this time. Renew it, or set the clock.',
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'The server’s certificate is for another host. Name the host that it is for.'],
  [
    /^(EPROTO|tls_failed|ERR_(SSL|OSSL|TLS)_[A-Z0-9_]+|CERT_[A-Z_]+)$/,
    'TLS with the server does not come about. Check its certificate and key, and sslrootcert, sslcert and sslkey.',
  ],
  [/^(EACCES|EPERM|EROFS|SQLITE_(READONLY|PERM|AUTH)(_[A-Z]+)?)$/, MAY_NOT_WRITE],
  [
    /^SQLITE_CANTOPEN(_[A-Z]+)?$/,
    'There is no file that can be opened: a folder in its place, one on its way that cannot be entered, or a right that this user lacks.',
  ],
  [/^ENOTDIR$/, 'A part of the path is a file where a folder should be.'],
  [/^EISDIR$/, 'A folder is where the file should be.'],
  [/^ENOENT$/, 'There is no such file, folder or socket.'],
  [/^E[MN]FILE$/, 'No more files can be opened. Raise the limit (ulimit -n).'],
  [/^(SQLITE_IOERR(_[A-Z]+)?|EIO)$/, 'The disk, or the file system, reports an error.'],
  [
    /^SQLITE_(BUSY|LOCKED)(_[A-Z]+)?$/,
    'Another process holds the file. SQLite is for one machine; no network file system.',
  ],
];

/** @returns undefined for a code about which there is nothing to say */
export function remedyOf(code: string): string | undefined {
  return REMEDIES.find(([codes]) => codes.test(code))?.[1];
}
