/**
 * A store that is read as it stands, beside whoever has it open: for a look from outside.
 *
 * Guarantees: makes no file, table or row, and migrates nothing; `shared` and `exclusive` refuse. On SQLite it leaves
 * no file behind that was not there. On PostgreSQL it changes no setting of a session, since a pooler would hand it on
 * to others.
 * Does not: read a store of another release, which may lack what a statement names.
 */
import { UnavailableError } from '../../errors.ts';
import { storeError } from '../errors.ts';
import { openLookingPool } from '../postgres/postgres-pool.ts';
import { PostgresReader } from '../postgres/postgres-tx.ts';
import { Connection, SqliteReader } from '../sqlite/sqlite-tx.ts';
import type { StoreName } from '../table.ts';
import type { Reader, Store } from '../tx.ts';
import { sizeOf } from './look-at.ts';
import { sqlitePath } from './url.ts';

const QUERY_TIMEOUT_MS = 10_000;

/** @throws {UnavailableError} where no store answers */
export async function openReadOnly<S extends StoreName>(name: S, url: string): Promise<Store<S>> {
  const path = sqlitePath(url);
  try {
    return path === undefined ? await onServer(name, url) : await onFile(name, path);
  } catch (error) {
    throw storeError(error, name);
  }
}

async function onFile<S extends StoreName>(name: S, path: string): Promise<Store<S>> {
  if ((await sizeOf(path)) === 0) throw new UnavailableError('store_unavailable', 'There is no store.');
  // As in `look-at.ts`: if nobody has it open, a reader would leave its log and index behind.
  const readonly = (await sizeOf(`${path}-wal`)) > 0;
  const connection = new Connection(path, { readonly, fileMustExist: true });
  const reader = new SqliteReader(name, connection);
  return { ...refusing(name, 'sqlite', reader), close: async () => void connection.db.close() };
}

async function onServer<S extends StoreName>(name: S, url: string): Promise<Store<S>> {
  const pool = openLookingPool(url, QUERY_TIMEOUT_MS);
  const store = { ...refusing(name, 'postgres', new PostgresReader(name, pool)), close: () => pool.end() };
  try {
    await pool.query('SELECT 1');
    return store;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

function refusing<S extends StoreName>(
  name: S,
  engine: 'sqlite' | 'postgres',
  reader: Reader<S>,
): Omit<Store<S>, 'close'> {
  const refuse = async (): Promise<never> => {
    throw new UnavailableError('store_unavailable', 'This store is only read here.');
  };
  return {
    ...{ name, engine, reader, displaced: undefined, server: undefined },
    ...{ shared: refuse, exclusive: refuse, scrub: refuse, copyTo: refuse },
    assertInPlace: async () => {},
    ping: async () => {},
  };
}
