/**
 * The ceilings, a server of its own: `node test/bench/ceiling.ts sqlite:<path> | postgres://…`. Each route is the least
 * that an Express service with such a duty can do; none of them authenticates, validates, encrypts or audits.
 *
 *   POST /echo     (a) Express, helmet as it comes, JSON in, the same JSON out
 *   POST /insert   (b) the same plus one durable insert of one row, prepared, committed by itself
 *   POST /select   (c) the same plus one select of one row by its primary key, prepared, out of 10,000
 *
 * The row of (b) and (c) is as long as all the columns together that one tokenize of an e-mail address stores
 * (`ROW_BYTES`), so that (b) writes as many bytes as the vault does.
 */
import Database from 'better-sqlite3';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';
import pg from 'pg';

const ID_BYTES = 30;
const TOKEN_BYTES = 36;
const MAC_BYTES = 16;
const WRAPPED_KEY_BYTES = 105;
const SEALED_EMAIL_BYTES = 64 + 73;
const TIME_BYTES = 6;

/** What the tables of `migrations/` take for one e-mail address without a subject, integers as SQLite packs them. */
export const ROW_BYTES =
  // records: tenant, record, type, sealed, three small integers, two times
  2 * ID_BYTES +
  'email'.length +
  SEALED_EMAIL_BYTES +
  3 +
  2 * TIME_BYTES +
  // tokens: tenant, token, record, tag, its version, time
  ID_BYTES +
  TOKEN_BYTES +
  ID_BYTES +
  MAC_BYTES +
  1 +
  TIME_BYTES +
  // audit_entries: tenant, entry, principal, request, time, action, outcome, records as a JSON list
  4 * ID_BYTES +
  TIME_BYTES +
  'tokenize'.length +
  'done'.length +
  ID_BYTES +
  '[""]'.length +
  // record_keys: tenant, record, bucket, two generations, wrapped
  3 * ID_BYTES +
  2 +
  WRAPPED_KEY_BYTES +
  // blind_indexes: tenant, type, version, mac, record, generation
  2 * ID_BYTES +
  'email'.length +
  2 +
  MAC_BYTES;

const SELECTABLE = 10_000;
/** As many as there are connections from the client, so that no request waits for a place. */
const POOL_SIZE = 32;

interface Duties {
  insert(): Promise<unknown>;
  select(id: number): Promise<unknown>;
}

function onSqlite(path: string): Duties {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE written (id INTEGER PRIMARY KEY, row BLOB NOT NULL)');
  db.exec('CREATE TABLE stored (id INTEGER PRIMARY KEY, row BLOB NOT NULL)');
  const store = db.prepare('INSERT INTO stored (row) VALUES (?)');
  db.transaction(() => {
    for (let i = 0; i < SELECTABLE; i += 1) store.run(Buffer.alloc(ROW_BYTES, i));
  })();
  const insert = db.prepare('INSERT INTO written (row) VALUES (?)');
  const select = db.prepare('SELECT row FROM stored WHERE id = ?');
  const row = Buffer.alloc(ROW_BYTES, 1);
  return { insert: async () => insert.run(row), select: async (id) => select.get(id) };
}

async function onPostgres(url: string): Promise<Duties> {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  await pool.query('CREATE TABLE written (id bigserial PRIMARY KEY, row bytea NOT NULL)');
  await pool.query('CREATE TABLE stored (id bigint PRIMARY KEY, row bytea NOT NULL)');
  const row = Buffer.alloc(ROW_BYTES, 1);
  await pool.query('INSERT INTO stored SELECT i, $1::bytea FROM generate_series(1, $2::int) i', [row, SELECTABLE]);
  await pool.query('ANALYZE stored');
  return {
    insert: () => pool.query({ name: 'insert', text: 'INSERT INTO written (row) VALUES ($1)', values: [row] }),
    select: (id) => pool.query({ name: 'select', text: 'SELECT row FROM stored WHERE id = $1', values: [id] }),
  };
}

async function serve(storeUrl: string): Promise<void> {
  const path = /^sqlite:(.+)$/.exec(storeUrl)?.[1];
  const { insert, select } = path === undefined ? await onPostgres(storeUrl) : onSqlite(path);
  const afterwards =
    (duty: () => Promise<unknown>): RequestHandler =>
    async (request, response) => {
      if ((await duty()) === undefined) throw new Error('The row is not there.');
      response.json(request.body);
    };
  const app = express();
  app.use(helmet());
  app.use(express.json());
  app.post('/echo', (request, response) => {
    response.json(request.body);
  });
  app.post('/insert', afterwards(insert));
  app.post(
    '/select',
    afterwards(() => select(1 + Math.floor(Math.random() * SELECTABLE))),
  );
  const server = app.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
  });
  process.once('SIGTERM', () => process.exit(0));
}

if (import.meta.main) await serve(process.argv[2] ?? '');
