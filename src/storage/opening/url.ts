/**
 * Parses which database a store's URL names. Every client of the house uses this one parser.
 *
 *   sqlite:data/records.db
 *   postgres://lethe:secret@db.internal:5432/records?sslmode=verify-full&sslrootcert=/etc/lethe/ca.pem
 *   postgres://lethe:secret@[2001:db8::7]/records
 *   postgres://lethe@/records?host=/run/postgresql
 *
 * Guarantees: a URL means one thing or is refused. User, host and database are never guessed. A URL has exactly one
 * `@`, after the user. So a password with a raw `#`, `/`, `?` or `@` is always refused, and is never read as a host. A
 * refusal names the part or the parameter at fault, never a secret or a text that could be part of one.
 * Does not: connect, read a file, or look at the environment. See `connect.ts`.
 * Source: RFC 3986; PostgreSQL, 32.1.1.2 “Connection URIs” and 32.19 “SSL Support”, of which this supports the part
 * below.
 */
import { isIPv6 } from 'node:net';
import { StartError } from '../../errors.ts';
import {
  decode,
  ENCODE,
  type Parameters,
  parseQuery,
  parseTimeout,
  parseTls,
  refuse,
  type Tls,
  UrlFault,
} from './url-parameters.ts';

interface SqlitePlace {
  readonly engine: 'sqlite';
  readonly path: string;
}

export interface PostgresPlace {
  readonly engine: 'postgres';
  /** A name, an address (without brackets), or the absolute folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Undefined where the URL has none; then the server must not ask for one. */
  readonly password: string | undefined;
  readonly database: string;
  /** Undefined where nothing is encrypted. */
  readonly tls: Tls | undefined;
  readonly connectTimeoutMs: number;
}

export type StorePlace = SqlitePlace | PostgresPlace;

const DEFAULT_PORT = 5432;
/** PostgreSQL silently cuts longer names, so two names that differ only after it would be one. */
const MAX_NAME_BYTES = 63;

export const ONE_PLACE =
  'RECORD_STORE_URL and KEY_STORE_URL lead to one place, and must be two databases: keys never lie beside the data. Nothing has been changed.';

/**
 * @param url `sqlite:<path>` or `postgres://user:password@host:port/database?…`
 * @param setting the name of the setting that holds it
 * @throws {StartError} saying what is not understood
 */
export function parseStoreUrl(url: string, setting = 'The URL of a store'): StorePlace {
  try {
    return parse(url);
  } catch (error) {
    throw error instanceof UrlFault ? new StartError(`${setting} ${error.message}.`) : error;
  }
}

/** What is not understood of a URL, as a sentence without its subject; undefined where all is understood. */
export function faultOfUrl(url: string): string | undefined {
  try {
    parse(url);
    return undefined;
  } catch (error) {
    if (error instanceof UrlFault) return error.message;
    throw error;
  }
}

/** The file of a store; undefined for one on PostgreSQL. @throws {StartError} */
export function sqlitePath(url: string): string | undefined {
  const place = parseStoreUrl(url);
  return place.engine === 'sqlite' ? place.path : undefined;
}

function parse(url: string): StorePlace {
  if (url.startsWith('sqlite:')) return parseSqlite(url.slice('sqlite:'.length));
  const rest = /^postgres(?:ql)?:\/\/(.*)$/s.exec(url)?.[1];
  if (rest === undefined) refuse('must be sqlite:<path> or postgres://<user>:<password>@<host>/<database>');
  return parsePostgres(rest);
}

function parseSqlite(path: string): SqlitePlace {
  if (path === '' || path.includes('\0')) refuse('must be sqlite:<path>');
  if (path.includes('?')) refuse('has parameters (?…); a file has none');
  return { engine: 'sqlite', path };
}

function parsePostgres(text: string): PostgresPlace {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for.
  if (/[\s\u0000-\u001f\u007f]/.test(text)) refuse('holds a space, a line break or a control character');
  if (text.includes('#')) refuse(`holds a #. ${ENCODE}`);
  const [, authority = '', path, query] = /^([^/?]*)(\/[^?]*)?(?:\?(.*))?$/.exec(text) ?? [];
  const at = authority.indexOf('@');
  if (!text.includes('@')) refuse('names no user');
  if (text.indexOf('@') !== text.lastIndexOf('@')) refuse(`holds two @. ${ENCODE}`);
  if (at === -1) refuse(`holds a raw / or ? before the @. ${ENCODE}`);
  const parameters = parseQuery(query);
  const { user, password } = parseUser(authority.slice(0, at));
  const { host, port } = parseHost(authority.slice(at + 1), parameters);
  return {
    engine: 'postgres',
    host,
    port,
    user,
    password,
    database: parseDatabase(path),
    tls: parseTls(host, parameters),
    connectTimeoutMs: parseTimeout(parameters),
  };
}

function parseUser(text: string): { user: string; password: string | undefined } {
  const colon = text.indexOf(':');
  const user = name('user', decode('user', colon === -1 ? text : text.slice(0, colon)));
  if (colon === -1) return { user, password: undefined };
  const password = decode('password', text.slice(colon + 1));
  if (password === '') refuse('has an empty password. Leave out the : where there is none');
  return { user, password };
}

function parseDatabase(path: string | undefined): string {
  if (path?.slice(1).includes('/')) refuse(`holds a second / after the host. ${ENCODE}`);
  return name('database', decode('database', path?.slice(1) ?? ''));
}

function name(what: 'user' | 'database', text: string): string {
  if (text === '') refuse(`names no ${what}`);
  if (Buffer.byteLength(text) > MAX_NAME_BYTES) refuse(`has a ${what} of more than ${MAX_NAME_BYTES} bytes`);
  return text;
}

function parseHost(text: string, parameters: Parameters): { host: string; port: number } {
  if (`${text}${parameters.host}`.includes(',')) refuse(SEVERAL_HOSTS);
  const [, bracketed, plain = '', portText] =
    /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(text) ?? refuse(BAD_HOST);
  const named = bracketed ?? decode('host', plain);
  if (named !== '' && parameters.host !== undefined) refuse('names the host twice');
  if (portText !== undefined && parameters.port !== undefined) refuse('names the port twice');
  const host = bracketed === undefined ? assertHost(parameters.host ?? named) : assertIpv6(decode('host', bracketed));
  return { host, port: parsePort(portText ?? parameters.port) };
}

const SEVERAL_HOSTS = 'names several hosts, of which one would be taken. Name one address that follows the primary';
const BAD_HOST = `has a host or port that is none. ${ENCODE}; an IPv6 address stands in [brackets]`;

function assertHost(host: string): string {
  if (host === '') refuse('names no host');
  if (host.startsWith('/') || isIPv6(host) || /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_.])?$/i.test(host)) return host;
  refuse('has a host that is neither a name, nor an address, nor the absolute folder of a Unix socket');
}

function assertIpv6(address: string): string {
  return isIPv6(address) ? address : refuse('has no IPv6 address in its [brackets]');
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) refuse(`has a port that is not 1 to 65535. ${ENCODE}`);
  return port;
}

/** A store's URL as it may be printed: everything but the password. */
export function printableUrl(url: string): string {
  const place = parseStoreUrl(url);
  if (place.engine === 'sqlite') return url;
  const { user, password, host, port, database } = place;
  const who = encodeURIComponent(user) + (password === undefined ? '' : ':redacted');
  const isSocket = host.startsWith('/');
  const where = isSocket ? '' : isIPv6(host) ? `[${host}]` : host;
  const socket = isSocket ? `?host=${host}` : '';
  return `postgres://${who}@${where}${port === DEFAULT_PORT ? '' : `:${port}`}/${encodeURIComponent(database)}${socket}`;
}
