/** Which database a URL names: one meaning or none, whatever stands in the environment. */
import { chmod, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { faultOfUrl, type PostgresPlace, parseStoreUrl, printableUrl } from '../../src/storage/opening/url.ts';
import { newClient, newPool } from '../../src/storage/postgres/connect.ts';
import { fc } from '../support/properties.ts';
import { temporaryFolder } from '../support/temporary.ts';

const BASE = {
  ...{ engine: 'postgres', host: 'db', port: 5432, user: 'u', password: undefined, database: 'd' },
  ...{ tls: undefined, connectTimeoutMs: 5_000 },
};
const VERIFIED = { verifiesHost: true, ca: undefined, certificate: undefined, key: undefined };

describe('a URL means', () => {
  test.each<[url: string, place: Partial<PostgresPlace>]>([
    ['postgres://u@db/d', {}],
    ['postgresql://u:p@db/d', { password: 'p' }],
    ['postgres://u:p@db:5433/d', { password: 'p', port: 5433 }],
    ['postgres://u:a:b+c@db/d', { password: 'a:b+c' }],
    ['postgres://u:%23%2F%3F%40%25%3A%20+@db/d', { password: '#/?@%: +' }],
    ['postgres://u:p^[]{}|\\"é@db/d', { password: 'p^[]{}|\\"é' }],
    ['postgres://a%40b:p@db/x%2Fy%20%25', { user: 'a@b', password: 'p', database: 'x/y %' }],
    ['postgres://u@10.0.0.7/d', { host: '10.0.0.7' }],
    ['postgres://u@[::1]/d', { host: '::1' }],
    ['postgres://u@[2001:db8::7]:6432/d', { host: '2001:db8::7', port: 6432 }],
    ['postgres://u@[fe80::1%25eth0]/d', { host: 'fe80::1%eth0' }],
    ['postgres://u@db_1.internal./d', { host: 'db_1.internal.' }],
    ['postgres://u@/d?host=/run/postgresql', { host: '/run/postgresql' }],
    ['postgres://u@/d?host=/run/postgresql&port=5433', { host: '/run/postgresql', port: 5433 }],
    ['postgres://u@:5433/d?host=/run/postgresql', { host: '/run/postgresql', port: 5433 }],
    ['postgres://u@%2Frun%2Fpostgresql/d', { host: '/run/postgresql' }],
    ['postgres://u@/d?host=::1', { host: '::1' }],
    ['postgres://u@db/d?connect_timeout=10', { connectTimeoutMs: 10_000 }],
    ['postgres://u@db/d?sslmode=disable', {}],
    ['postgres://u@db/d?sslmode=verify-full', { tls: VERIFIED }],
    ['postgres://u@db/d?sslmode=require', { tls: VERIFIED }],
    ['postgres://u@db/d?sslmode=verify-full&sslrootcert=system', { tls: VERIFIED }],
    ['postgres://u@db/d?sslmode=verify-ca', { tls: { ...VERIFIED, verifiesHost: false } }],
    [
      'postgres://u@db/d?sslmode=verify-full&sslrootcert=/etc/ca%20s.pem&sslcert=/etc/c.pem&sslkey=/etc/k.pem',
      { tls: { verifiesHost: true, ca: '/etc/ca s.pem', certificate: '/etc/c.pem', key: '/etc/k.pem' } },
    ],
  ])('%s', (url, place) => {
    expect(parseStoreUrl(url)).toEqual({ ...BASE, ...place });
  });

  test('a file is a path, as it stands', () => {
    expect(parseStoreUrl('sqlite:data/a b#%20.db')).toEqual({ engine: 'sqlite', path: 'data/a b#%20.db' });
  });
});

/** In each, this is the password or a part of it, and nothing of it may be said. */
const SECRET = 'quoll';
describe('a URL that is refused', () => {
  test.each<[why: RegExp, url: string]>([
    [/holds a #.*%23/, `postgres://u:${SECRET}#${SECRET}@db/d`],
    [/Percent-encode.*%2F/, `postgres://u:${SECRET}/${SECRET}@db/d`],
    [/Percent-encode.*%3F/, `postgres://u:${SECRET}?${SECRET}@db/d`],
    [/holds two @.*%40/, `postgres://u:${SECRET}@${SECRET}@db/d`],
    [/Percent-encode/, `postgres://u:5432/${SECRET}?sslmode=disable&host=@db/d`],
    [/Percent-encode/, `postgres://u:5432/${SECRET}@db/d`],
    [/% in its password.*%25/, `postgres://u:%zz${SECRET}@db/d`],
    [/% in its password/, `postgres://u:%ff${SECRET}@db/d`],
    [/% in its password/, `postgres://u:${SECRET}%@db/d`],
    [/zero byte in its password/, `postgres://u:${SECRET}%00@db/d`],
    [/zero byte in its user/, `postgres://u%00database%00postgres:${SECRET}@db/d`],
    [/zero byte in its database/, `postgres://u:${SECRET}@db/d%00`],
    [/a space, a line break/, `postgres://u:${SECRET}@db/d\n`],
    [/a space, a line break/, `postgres://u:${SECRET} x@db/d`],
    [/names no host/, `postgres://u:${SECRET}@/d`],
    [/names no host/, `postgres://u:${SECRET}@:5432/d`],
    [/names no database/, `postgres://u:${SECRET}@db`],
    [/names no database/, `postgres://u:${SECRET}@db/`],
    [/names no database/, `postgres://u:${SECRET}@db?sslmode=disable`],
    [/second \//, `postgres://u:${SECRET}@db/d/e`],
    [/names no user/, 'postgres://db/d'],
    [/names no user/, `postgres://:${SECRET}@db/d`],
    [/empty password/, 'postgres://u:@db/d'],
    [/a user of more than 63 bytes/, `postgres://${'u'.repeat(64)}:${SECRET}@db/d`],
    [/a database of more than 63 bytes/, `postgres://u:${SECRET}@db/${'é'.repeat(32)}`],
    [/port that is not 1 to 65535/, `postgres://u:${SECRET}@db:0/d`],
    [/port that is not 1 to 65535/, `postgres://u:${SECRET}@db:65536/d`],
    [/port that is not 1 to 65535/, `postgres://u:${SECRET}@db:/d`],
    [/port that is not 1 to 65535/, `postgres://u:${SECRET}@db:+5/d`],
    [/several hosts.*one address that follows the primary/, `postgres://u:${SECRET}@a,b/d`],
    [/several hosts/, `postgres://u:${SECRET}@a:1,b:2/d`],
    [/several hosts/, `postgres://u:${SECRET}@/d?host=/a,/b`],
    [/target_session_attrs: .*one address/, `postgres://u:${SECRET}@db/d?target_session_attrs=read-write`],
    [/host or port that is none/, `postgres://u:${SECRET}@[::1/d`],
    [/host or port that is none/, `postgres://u:${SECRET}@::1/d`],
    [/no IPv6 address/, `postgres://u:${SECRET}@[db]/d`],
    [/neither a name/, `postgres://u:${SECRET}@-db/d`],
    [/neither a name/, `postgres://u:${SECRET}@/d?host=run/postgresql`],
    [/names the host twice/, `postgres://u:${SECRET}@db/d?host=/run`],
    [/names the port twice/, `postgres://u:${SECRET}@:1/d?host=/run&port=2`],
    [/host twice/, `postgres://u:${SECRET}@/d?host=/a&host=/b`],
    [/parameter password: /, `postgres://u@db/d?password=${SECRET}`],
    [/parameter user: /, `postgres://u:${SECRET}@db/d?user=v`],
    [/parameter dbname: /, `postgres://u:${SECRET}@db/d?dbname=e`],
    [/parameter application_name: /, `postgres://u:${SECRET}@db/d?application_name=x`],
    [/parameter options: /, `postgres://u:${SECRET}@db/d?options=-csynchronous_commit%3Doff`],
    [/parameter that is not known/, `postgres://u@db/d?${SECRET}=1`],
    [/parameter that is not known/, `postgres://u@db/d?${SECRET}`],
    [/parameter that is not known/, 'postgres://u@db/d?'],
    [/parameter that is not known/, 'postgres://u@db/d?SSLMODE=disable'],
    [/parameter that is not known/, 'postgres://u@db/d?__proto__=x'],
    [/an empty sslmode/, `postgres://u:${SECRET}@db/d?sslmode=`],
    [/sslmode twice/, `postgres://u:${SECRET}@db/d?sslmode=verify-full&sslmode=disable`],
    [/sslmode=prefer/, `postgres://u:${SECRET}@db/d?sslmode=prefer`],
    [/sslmode=no-verify/, `postgres://u:${SECRET}@db/d?sslmode=no-verify`],
    [/an sslmode that is none of/, `postgres://u@db/d?sslmode=${SECRET}`],
    [/an sslmode that is none of/, `postgres://u@db/d?sslmode=constructor`],
    [/sslrootcert without sslmode/, `postgres://u:${SECRET}@db/d?sslrootcert=/ca.pem`],
    [/sslrootcert without sslmode/, `postgres://u:${SECRET}@db/d?sslmode=disable&sslrootcert=/ca.pem`],
    [/sslrootcert that is not absolute/, `postgres://u:${SECRET}@db/d?sslmode=verify-ca&sslrootcert=ca.pem`],
    [/one of sslcert and sslkey/, `postgres://u:${SECRET}@db/d?sslmode=verify-ca&sslkey=/k.pem`],
    [/Unix socket, which has no TLS/, `postgres://u:${SECRET}@/d?host=/run&sslmode=require`],
    [/connect_timeout/, `postgres://u:${SECRET}@db/d?connect_timeout=0`],
    [/connect_timeout/, `postgres://u:${SECRET}@db/d?connect_timeout=61`],
    [/must be sqlite/, `mysql://u:${SECRET}@db/d`],
    [/must be sqlite/, `POSTGRES://u:${SECRET}@db/d`],
    [/must be sqlite/, 'sqlite:'],
    [/a file has none/, 'sqlite:records.db?mode=ro'],
  ])('%s  %s', (why, url) => {
    const fault = faultOfUrl(url);
    expect(fault).toMatch(why);
    expect(fault).not.toContain(SECRET);
    expect(() => parseStoreUrl(url, 'KEY_STORE_URL')).toThrow(`KEY_STORE_URL ${fault}.`);
  });
});

const anyText = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.string({ minLength: 1, unit: fc.constantFrom(...'ab#/?@%:&=+[]\\^,; é\u0007') }),
);
const nameOf = (text: string) => Buffer.byteLength(text) <= 63 && !text.includes('\0');

describe('whatever stands in a name or a password', () => {
  test('arrives as it was, when it is percent-encoded', () => {
    fc.assert(
      fc.property(anyText.filter(nameOf), anyText, anyText.filter(nameOf), (user, secret, database) => {
        fc.pre(!secret.includes('\0'));
        const [u, p, d] = [user, secret, database].map(encodeURIComponent);
        expect(parseStoreUrl(`postgres://${u}:${p}@db:5433/${d}?sslmode=verify-full`)).toEqual({
          ...BASE,
          ...{ user, password: secret, database, port: 5433, tls: VERIFIED },
        });
      }),
      { numRuns: 500 },
    );
  });

  test('raw, is refused, or arrives as its escapes say: it never moves the host, the user or the database', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const url = `postgres://u:${raw}@db/d`;
        if (faultOfUrl(url) !== undefined) return;
        expect(parseStoreUrl(url)).toEqual({ ...BASE, password: decodeURIComponent(raw) });
        expect(raw).not.toMatch(/[#/?@\s]/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is never in what is printed, nor in what is said of a URL that is refused', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, encoded) => {
        const secret = `${SECRET}${text}${SECRET}`;
        const url = `postgres://u:${encoded ? encodeURIComponent(secret) : secret}@db/d`;
        const said = faultOfUrl(url) ?? printableUrl(url);
        expect(said).not.toContain(SECRET);
      }),
      { numRuns: 1_000 },
    );
  });
});

test.each([
  ['postgres://u:p@db/d', 'postgres://u:redacted@db/d'],
  ['postgresql://u@db:5433/d?sslmode=verify-full', 'postgres://u@db:5433/d'],
  ['postgres://a%40b:p@[::1]/x%2Fy', 'postgres://a%40b:redacted@[::1]/x%2Fy'],
  ['postgres://u:p@/d?host=/run&port=5433', 'postgres://u:redacted@:5433/d?host=/run'],
])('%s is printed without its password', (url, printed) => {
  expect(printableUrl(url)).toBe(printed);
  const { host, port, user, database } = parseStoreUrl(url) as PostgresPlace;
  expect(parseStoreUrl(printed)).toMatchObject({ host, port, user, database });
});

describe('of the environment a client takes nothing', () => {
  const URL_OF = () => inject('postgresUrl');
  const elsewhere = async () => {
    const folder = await temporaryFolder();
    onTestFinished(folder.remove);
    const own = parseStoreUrl(URL_OF()) as PostgresPlace;
    const pgpass = `${folder.path}/.pgpass`;
    await writeFile(pgpass, `*:*:*:*:${own.password}\n`);
    await chmod(pgpass, 0o600);
    const variables = {
      ...{ PGHOST: '127.0.0.9', PGHOSTADDR: '127.0.0.9', PGPORT: '1', PGUSER: 'nobody', PGDATABASE: 'elsewhere' },
      ...{
        PGSSLMODE: 'require',
        PGSSLNEGOTIATION: 'direct',
        PGOPTIONS: '-c search_path=elsewhere',
        PGTZ: 'Asia/Tokyo',
      },
      ...{ PGAPPNAME: 'elsewhere', PGREPLICATION: 'database', PGCLIENT_ENCODING: 'LATIN1', PGBINARY: '1' },
      ...{ PGCONNECT_TIMEOUT: '1', PGSTATEMENT_TIMEOUT: '1', PGPASSFILE: pgpass, HOME: folder.path, USER: 'nobody' },
      ...{ NODE_TLS_REJECT_UNAUTHORIZED: '0', PGSERVICE: 'elsewhere', PGTARGETSESSIONATTRS: 'standby' },
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    return own;
  };
  const WHO = `SELECT current_user AS user, current_database() AS database, current_setting('search_path') AS path,
    current_setting('TimeZone') AS zone, current_setting('application_name') AS name,
    current_setting('client_encoding') AS encoding, current_setting('statement_timeout') AS timeout`;

  test('neither for what it connects to and as whom, nor for its session', async () => {
    const own = await elsewhere();
    const who = {
      ...{ user: own.user, database: own.database, path: '"$user", public', zone: 'UTC', name: 'lethe-test' },
      ...{ encoding: 'UTF8', timeout: '0' },
    };
    const client = newClient(URL_OF(), 'lethe-test');
    await client.connect();
    try {
      expect((await client.query(WHO)).rows).toEqual([who]);
    } finally {
      await client.end();
    }
    const pool = newPool(URL_OF(), 'lethe-test', { max: 1 });
    try {
      expect((await pool.query(WHO)).rows).toEqual([who]);
    } finally {
      await pool.end();
    }
  });

  test('nor for a password that the URL does not have', async () => {
    const { user, host, port, password = '' } = await elsewhere();
    for (const inVariable of [true, false]) {
      vi.stubEnv('PGPASSWORD', inVariable ? password : undefined);
      const client = newClient(`postgres://${user}@${host}:${port}/postgres`, 'lethe-test');
      await expect(client.connect()).rejects.toMatchObject({ code: 'no_password' });
      await client.end();
    }
  });

  test('and its password is in no dump of it', async () => {
    const { password } = parseStoreUrl(URL_OF()) as PostgresPlace;
    const [client, pool] = [newClient(URL_OF(), 'lethe-test'), newPool(URL_OF(), 'lethe-test')];
    for (const part of [client, pool, pool.options]) {
      expect(inspect(part, { depth: 9, showHidden: true })).not.toContain(password);
    }
    await pool.end();
  });
});
