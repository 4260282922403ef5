/**
 * Clients of PostgreSQL, each with every option said.
 *
 * Guarantees: what a client connects to, as whom and how is what `url.ts` read from the store's URL, whatever `PG*` variable
 * is set and whatever file lies in the home of the user: none is read. TLS is verified also under
 * `NODE_TLS_REJECT_UNAUTHORIZED=0`. A password is no property of any object, but for its moment of use.
 * Does not: prepare a session (`postgres-pool.ts`).
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { StartError } from '../../errors.ts';
import { type PostgresPlace, parseStoreUrl } from '../opening/url.ts';
import type { Tls } from '../opening/url-parameters.ts';

/**
 * The driver takes whatever is not said from `PG*` variables: `PGOPTIONS` and `PGREPLICATION` even where nothing can be said,
 * for a startup packet that names `options` is one that poolers refuse.
 */
export class BareClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const { connectionParameters } = this as unknown as { connectionParameters: Record<string, unknown> };
    for (const name of ['options', 'replication', 'client_encoding', 'binary']) connectionParameters[name] = undefined;
  }
}

/** @param applicationName how the server lists the connection. @throws {StartError} where a file of its TLS cannot be read */
export function newClient(url: string, applicationName: string, more: pg.ClientConfig = {}): pg.Client {
  return new BareClient({ ...more, ...optionsOf(url, applicationName) });
}

/**
 * The same for a pool. A client of it that dies while idle needs a listener.
 * @param more its `Client`, if any, extends `BareClient`
 */
export function newPool(url: string, applicationName: string, more: pg.PoolConfig = {}): pg.Pool {
  // The types of the driver know no client that takes what every client is given.
  const TheClient = BareClient as unknown as NonNullable<pg.PoolConfig['Client']>;
  return new pg.Pool({ Client: TheClient, ...more, ...optionsOf(url, applicationName) });
}

function optionsOf(url: string, applicationName: string): pg.ClientConfig {
  const place = parseStoreUrl(url);
  if (place.engine !== 'postgres') throw new StartError('A client of PostgreSQL needs a URL of one.');
  const { host, port, user, database, tls, connectTimeoutMs } = place;
  return {
    ...{ host, port, user, database },
    // As text it would be in every dump of the options; and a missing one would be taken from PGPASSWORD or ~/.pgpass.
    password: () => passwordOf(place),
    ssl: tls === undefined ? false : tlsOptions(tls),
    ...{ sslnegotiation: 'postgres' },
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  };
}

function passwordOf({ password }: PostgresPlace): string {
  if (password === undefined) throw Object.assign(new Error('no password'), { code: 'no_password' });
  return password;
}

function tlsOptions({
  verifiesHost,
  ca,
  certificate,
  key,
}: Tls): NonNullable<Exclude<pg.ClientConfig['ssl'], boolean>> {
  return {
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca: read(ca) }),
    ...(certificate !== undefined && { cert: read(certificate) }),
    ...(key !== undefined && { key: read(key) }),
    ...(!verifiesHost && { checkServerIdentity: () => undefined }),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(
      `The file ${path} of the store’s TLS cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
}

/** Asks for the number of the process that answers. */
export const ANSWERING = 'SELECT pg_backend_pid() AS it';

/**
 * Whether something stands between that may give each transaction another session. It is told by the number that a
 * connection is given for cancelling: a server gives the number of its process, a pooler one of its own.
 * @param answering what `ANSWERING` gave
 */
export function isAnother(client: pg.ClientBase, answering: number | undefined): boolean {
  return answering !== (client as unknown as { readonly processID: number | null }).processID;
}
