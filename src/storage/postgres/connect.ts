/**
 * Makes clients of PostgreSQL with every option set explicitly.
 *
 * Guarantees: only the store's URL, as `url.ts` reads it, says where a client connects, as whom and how. No `PG*`
 * variable and no file in the user's home is read. TLS is verified even under `NODE_TLS_REJECT_UNAUTHORIZED=0`. No
 * object has the password as a property, except at the moment of its use.
 * Does not: prepare a session (`postgres-pool.ts`).
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { StartError } from '../../errors.ts';
import { type PostgresPlace, parseStoreUrl } from '../opening/url.ts';
import type { Tls } from '../opening/url-parameters.ts';

/**
 * The driver takes every option that is not set from `PG*` variables. For `PGOPTIONS` and `PGREPLICATION` it does so
 * even where no value can be set, because poolers refuse a startup packet that names `options`.
 */
export class BareClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const { connectionParameters } = this as unknown as { connectionParameters: Record<string, unknown> };
    for (const name of ['options', 'replication', 'client_encoding', 'binary']) connectionParameters[name] = undefined;
  }

  /** A pool lets go of a connection that was not made, and leaves it open: the server would wait for its password. */
  override connect(...[told]: unknown[]): never {
    if (typeof told !== 'function') return super.connect() as never;
    const done = (error: Error | null, ...more: unknown[]) => {
      if (error) void this.end().catch(() => {});
      told(error, ...more);
    };
    return super.connect(done as (error: Error) => void) as never;
  }
}

/** @param applicationName how the server lists it. @throws {StartError} where a file of its TLS is unreadable */
export function newClient(url: string, applicationName: string, more: pg.ClientConfig = {}): pg.Client {
  return new BareClient({ ...more, ...optionsOf(url, applicationName) });
}

/**
 * The same for a pool. A pooled client that dies while idle needs a listener.
 * @param more its `Client`, if any, extends `BareClient`
 */
export function newPool(url: string, applicationName: string, more: pg.PoolConfig = {}): pg.Pool {
  // The driver's types do not allow a client class whose options are always given.
  const TheClient = BareClient as unknown as NonNullable<pg.PoolConfig['Client']>;
  return new pg.Pool({ Client: TheClient, ...more, ...optionsOf(url, applicationName) });
}

function optionsOf(url: string, applicationName: string): pg.ClientConfig {
  const place = parseStoreUrl(url);
  if (place.engine !== 'postgres') throw new StartError('A client of PostgreSQL needs a URL of one.');
  const { host, port, user, database, tls, connectTimeoutMs } = place;
  return {
    ...{ host, port, user, database },
    // A string would be in every dump of the options, and a missing one would be taken from PGPASSWORD or ~/.pgpass.
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
 * Whether something stands between that may give each transaction another session. The number that a connection gets
 * for cancelling tells: a server gives the number of its process, a pooler one of its own.
 * @param answering what `ANSWERING` gave
 */
export function isAnother(client: pg.ClientBase, answering: number | undefined): boolean {
  return answering !== (client as unknown as { readonly processID: number | null }).processID;
}
