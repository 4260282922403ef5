/**
 * The parameters of a store's URL (`?sslmode=verify-full&…`), and what all parts of the URL share: how they are
 * decoded, and how they are refused.
 *
 * Guarantees: TLS is never weaker than libpq's with the same `sslmode`. A parameter that would let somebody on the way
 * switch TLS off is refused. An unknown parameter is refused without repeating its name, which could be the end of a
 * password.
 * Source: PostgreSQL, 32.1.2 “Parameter Key Words” and 32.19.1 “Client Verification of Server Certificates”.
 */
export interface Tls {
  /** Whether the certificate must be for this host, besides being signed by a trusted authority. */
  readonly verifiesHost: boolean;
  /** File of the trusted authorities; undefined for those that Node trusts. */
  readonly ca: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
const MAX_CONNECT_TIMEOUT_S = 60;
const PARAMETERS = ['host', 'port', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'connect_timeout'] as const;
const INSTEAD: Readonly<Record<string, string>> = {
  user: 'the user stands before the @',
  password: 'the password stands before the @',
  dbname: 'the database stands in the path',
  hostaddr: 'name one host',
  ssl: 'say sslmode=verify-full',
  application_name: 'the vault names its connections itself',
  options: 'use ALTER ROLE … SET or ALTER DATABASE … SET',
  search_path: 'use ALTER ROLE … SET search_path',
  schema: 'use ALTER ROLE … SET search_path',
  target_session_attrs: 'name one address that follows the primary',
  load_balance_hosts: 'name one address that follows the primary',
  channel_binding: 'leave it out: sslmode=verify-full proves the server by its certificate',
  passfile: 'no password file is read',
  service: 'no service file is read',
};

const WEAK: Readonly<Record<string, string>> = {
  allow: 'anybody on the way could leave TLS out',
  prefer: 'anybody on the way could leave TLS out',
  'no-verify': 'anybody on the way could be the server',
};

export const ENCODE =
  'Percent-encode #, /, ?, @, % and : in the user, the password and the database (%23 %2F %3F %40 %25 %3A)';

export type Parameters = Partial<Record<(typeof PARAMETERS)[number], string>>;

/** What is not understood, as a sentence without its subject. */
export class UrlFault extends Error {}

export function parseTls(host: string, { sslmode, sslrootcert, sslcert, sslkey }: Parameters): Tls | undefined {
  if (sslmode !== undefined && Object.hasOwn(WEAK, sslmode)) {
    refuse(`has sslmode=${sslmode}, by which ${WEAK[sslmode]}. Say verify-full, with sslrootcert where it needs one`);
  }
  if (sslmode === undefined || sslmode === 'disable') {
    const unused = Object.entries({ sslrootcert, sslcert, sslkey }).find(([, value]) => value !== undefined)?.[0];
    if (unused !== undefined) refuse(`has ${unused} without sslmode=verify-full, verify-ca or require`);
    return undefined;
  }
  // `require` has verified everything in every release of the vault; libpq's does not.
  if (!['verify-full', 'verify-ca', 'require'].includes(sslmode)) {
    refuse('has an sslmode that is none of verify-full, verify-ca, require and disable');
  }
  if (host.startsWith('/')) refuse(`has sslmode=${sslmode} on a Unix socket, which has no TLS`);
  if ((sslcert === undefined) !== (sslkey === undefined)) refuse('has one of sslcert and sslkey; they go together');
  const ca = sslrootcert === 'system' ? undefined : sslrootcert;
  for (const [parameter, path] of Object.entries({ sslrootcert: ca, sslcert, sslkey })) {
    if (path !== undefined && !path.startsWith('/')) refuse(`has a path in ${parameter} that is not absolute`);
  }
  return { verifiesHost: sslmode !== 'verify-ca', ca, certificate: sslcert, key: sslkey };
}

export function parseQuery(query: string | undefined): Parameters {
  const parameters: Parameters = {};
  if (query === undefined) return parameters;
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const parameter = PARAMETERS.find((known) => known === pair.slice(0, Math.max(equals, 0)));
    if (parameter === undefined) refuseParameter(equals === -1 ? pair : pair.slice(0, equals));
    const value = decode(parameter, pair.slice(equals + 1));
    if (value === '') refuse(`has an empty ${parameter}`);
    if (parameters[parameter] !== undefined) refuse(`has ${parameter} twice`);
    parameters[parameter] = value;
  }
  return parameters;
}

/** An unknown word is not repeated: it could be the end of a password. */
function refuseParameter(parameter: string): never {
  const known = `Known are ${PARAMETERS.join(', ')}`;
  if (Object.hasOwn(INSTEAD, parameter)) refuse(`has the parameter ${parameter}: ${INSTEAD[parameter]}. ${known}`);
  refuse(`has a parameter that is not known. ${known}. ${ENCODE}`);
}

export function decode(what: string, text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    refuse(`has a % in its ${what} that begins no escape of UTF-8. ${ENCODE}`);
  }
  if (decoded.includes('\0')) refuse(`has a zero byte in its ${what}`);
  return decoded;
}

export function refuse(what: string): never {
  throw new UrlFault(what);
}

export function parseTimeout({ connect_timeout: text }: Parameters): number {
  if (text === undefined) return DEFAULT_CONNECT_TIMEOUT_MS;
  const seconds = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_CONNECT_TIMEOUT_S) return seconds * 1_000;
  refuse(`has a connect_timeout that is not 1 to ${MAX_CONNECT_TIMEOUT_S} (seconds)`);
}
