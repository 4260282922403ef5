/** What only PostgreSQL can do to a store: end a connection, undo a commit, choose a deadlock's victim. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/storage/opening/open-store.ts';
import { lookup, table } from '../../src/storage/table.ts';
import type { RecordStore, Tx } from '../../src/storage/tx.ts';
import { subjects } from '../../src/subjects/subjects.ts';
import { noteCommits } from '../support/commits.ts';
import { tell } from '../support/home.ts';
import { freshDatabase } from '../support/postgres.ts';
import { packedBuild } from '../support/spelled.ts';

const byId = lookup(subjects, ['tenant', 'subject']);
const held = lookup(subjects, ['tenant', 'subject'], { share: true });
const MODES = ['shared', 'exclusive'] as const;

let url: string;
let drop: () => Promise<void>;
let store: RecordStore;
let tenants = 0;
const freshTenant = () => `tenant-${tenants++}`;
const row = (tenant: string, subject: string) => ({
  tenant,
  subject,
  created_at: 0,
  erased_at: null,
  choices: null,
  choices_tag: null,
});
const put = (tenant: string, ...names: string[]) =>
  store.shared((tx) =>
    tx.insert(
      subjects,
      names.map((name) => row(tenant, name)),
    ),
  );
const namesOf = async (tenant: string) =>
  (await tell<{ subject: string }>(url, 'SELECT subject FROM subjects WHERE tenant = $1 ORDER BY 1', [tenant])).map(
    (found) => found.subject,
  );
const pidOf = async (tx: Tx<'records'>) => {
  const [own] = await tx.query<{ pid: number }>((sql) => sql.select(sql.raw('pg_backend_pid() AS pid')));
  return own?.pid as number;
};
const kill = (pid: number) => tell(url, 'SELECT pg_terminate_backend($1)', [pid]);

beforeAll(async () => {
  ({ url, drop } = await freshDatabase());
  // Whatever the server's own default is, the vault's commits are durable.
  await tell(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`);
  store = await openStore('records', url);
});
afterAll(async () => {
  await store.close();
  await drop();
});

test('isolation is read committed, whatever the database prefers', async () => {
  for (const mode of MODES) {
    const [settings] = await store[mode]((tx) =>
      tx.query((sql) => sql.select(sql.raw("current_setting('transaction_isolation') AS isolation"))),
    );
    expect(settings).toEqual({ isolation: 'read committed' });
  }
});

describe('synchronous_commit, as it stands when each transaction commits', () => {
  const commits = async (database: string) => {
    const other = await freshDatabase();
    onTestFinished(other.drop);
    await (await openStore('records', other.url)).close();
    await noteCommits(other.url);
    await tell(
      other.url,
      `ALTER DATABASE ${new URL(other.url).pathname.slice(1)} SET synchronous_commit = ${database}`,
    );
    const opened = await openStore('records', other.url);
    const insert = (subject: string) => (tx: Tx<'records'>) => tx.insert(subjects, [row('tenant', subject)]);
    await Promise.all([opened.shared(insert('a')), opened.shared(insert('b'))]);
    await opened.shared(async (tx) => {
      await tx.find(held, [['tenant', 'a']]);
      await tx.insert(subjects, [row('tenant', 'c')]);
    });
    await opened.exclusive(insert('d'));
    await opened.close();
    return tell<{ setting: string; n: number }>(
      other.url,
      'SELECT setting, count(*)::int AS n FROM commits GROUP BY setting',
    );
  };

  test.each(['off', 'local', 'remote_write', 'on'])(
    'is on where the database says %s, on each way of writing',
    async (said) => {
      expect(await commits(said)).toEqual([{ setting: 'on', n: 3 }]);
    },
  );

  test('is remote_apply where the operator asks for that: more than on', async () => {
    expect(await commits('remote_apply')).toEqual([{ setting: 'remote_apply', n: 3 }]);
  });
});

describe.each(MODES)('a connection that the server ends in the middle of a work (%s)', (mode) => {
  test('fails the call with store_unavailable, leaves nothing, and the next call succeeds', async () => {
    const tenant = freshTenant();

    const work = store[mode](async (tx) => {
      await kill(await pidOf(tx));
      await tx.find(byId, [[tenant, 'a']]);
      await tx.insert(subjects, [row(tenant, 'a')]);
    });

    await expect(work).rejects.toMatchObject({ kind: 'unavailable', code: 'store_unavailable' });
    expect(await namesOf(tenant)).toEqual([]);
    await store[mode]((tx) => tx.insert(subjects, [row(tenant, 'b')]));
    expect(await namesOf(tenant)).toEqual(['b']);
  });

  test('does so too when the work waits for something else at that moment', async () => {
    const tenant = freshTenant();

    const work = store[mode](async (tx) => {
      const pid = await pidOf(tx);
      await kill(pid);
      await gone(pid);
      await tx.insert(subjects, [row(tenant, 'a')]);
    });

    await expect(work).rejects.toMatchObject({ code: 'store_unavailable' });
    await put(tenant, 'b');
    expect(await namesOf(tenant)).toEqual(['b']);
  });
});

/** Resolves when the backend is no more, and its last words have reached this process. */
async function gone(pid: number): Promise<void> {
  const alive = () => tell(url, 'SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid]);
  while ((await alive()).length > 0);
  await store.ping();
}

test('a connection that the server ends while nobody uses it is replaced without anybody noticing', async () => {
  const tenant = freshTenant();
  const others = `pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  await tell(url, `SELECT pg_terminate_backend(pid) FROM ${others}`);
  while ((await tell(url, `SELECT 1 FROM ${others}`)).length > 0);

  await put(tenant, 'a');

  expect(await store.reader.find(byId, [[tenant, 'a']])).toMatchObject([[{ subject: 'a' }]]);
});

test('a work whose neighbour loses the connection for the whole group is run again and stored once', async () => {
  const tenant = freshTenant();
  let killed = false;

  const works = await Promise.allSettled(
    Array.from({ length: 10 }, (_, i) =>
      store.shared(async (tx) => {
        const pid = i === 3 ? await pidOf(tx) : 0;
        if (pid !== 0 && !killed) {
          killed = true;
          await kill(pid);
        }
        await tx.find(byId, [[tenant, `n${i}`]]);
        await tx.insert(subjects, [row(tenant, `n${i}`)]);
      }),
    ),
  );

  expect(works.map((work) => work.status)).toEqual(works.map(() => 'fulfilled'));
  expect(await namesOf(tenant)).toEqual(works.map((_, i) => `n${i}`));
});

test.each(MODES)('a COMMIT that the server answers with ROLLBACK is never told as done (%s)', async (mode) => {
  const tenant = freshTenant();
  const swallowed = store[mode](async (tx) => {
    await tx.insertOrGet(subjects, [row(tenant, 'a')]);
    await tx.query((sql) => sql('no_such_table')).catch(() => {});
    return 'done';
  });

  await expect(swallowed).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(await namesOf(tenant)).toEqual([]);
});

describe('a deadlock', () => {
  /** Two works that lock two rows, each the other's first row second; both must have one before they take the other. */
  async function crossed(
    mode: 'shared' | 'exclusive',
    lock: (tx: Tx<'records'>, tenant: string, name: string) => Promise<unknown>,
  ) {
    const tenant = freshTenant();
    await put(tenant, 'a', 'b');
    const arrived: (() => void)[] = [];
    const bothHoldOne = () =>
      new Promise<void>((resolve) => {
        arrived.push(resolve);
        if (arrived.length === 2) for (const go of arrived) go();
      });
    const runs = [0, 0];
    const work = (i: 0 | 1, first: string, second: string) => async (tx: Tx<'records'>) => {
      runs[i] = (runs[i] ?? 0) + 1;
      await lock(tx, tenant, first);
      if (runs[i] === 1) await bothHoldOne();
      await lock(tx, tenant, second);
      await tx.insert(subjects, [row(tenant, `by ${i}`)]);
    };
    // The second is handed over from within the first, so that the two are never one group.
    const one = work(0, 'a', 'b');
    let other: Promise<void> | undefined;
    const outer = store[mode](async (tx) => {
      other ??= store[mode](work(1, 'b', 'a'));
      await one(tx);
    });
    await outer;
    await other;
    return { runs, names: (await namesOf(tenant)).sort() };
  }

  test('between two exclusive works is settled by running its victim again', async () => {
    const { runs, names } = await crossed('exclusive', (tx, tenant, subject) =>
      tx.execute(packedBuild((sql) => sql('subjects').where({ tenant, subject }).increment('created_at', 1))),
    );

    expect(Math.max(...runs)).toBeGreaterThan(1);
    expect(names).toEqual(['a', 'b', 'by 0', 'by 1']);
  });

  test('between two shared works is settled by running its victim again', async () => {
    const { runs, names } = await crossed('shared', (tx, tenant, subject) =>
      tx.insertOrGet(subjects, [row(tenant, subject)]),
    );

    expect(Math.max(...runs)).toBeGreaterThan(1);
    expect(names).toEqual(['a', 'b', 'by 0', 'by 1']);
  });
});

test('rows read with share are held until the work ends', async () => {
  const tenant = freshTenant();
  await put(tenant, 'a');
  const order: string[] = [];

  let changing: Promise<unknown> | undefined;
  await store.shared(async (tx) => {
    await tx.find(held, [[tenant, 'a']]);
    changing = store
      .exclusive((other) =>
        other.execute(packedBuild((sql) => sql('subjects').where({ tenant }).update({ erased_at: 1 }))),
      )
      .then(() => order.push('changed'));
    // The other waits by now, or would have changed the row by the time this has asked who waits.
    const waiting = () =>
      tell(
        url,
        `SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()`,
      );
    while ((await waiting()).length === 0 && order.length === 0);
    order.push('held');
  });
  await changing;

  expect(order).toEqual(['held', 'changed']);
});

test('a server that cannot be reached is named by its setting and the driver’s code, and the password stays untold', async () => {
  const nobody = new URL(url);
  nobody.port = '1';
  nobody.password = 'hunter2-hunter2';

  const error: unknown = await openStore('records', nobody.href).catch((thrown: unknown) => thrown);

  expect(error).toMatchObject({
    code: 'cannot_start',
    message: expect.stringMatching(/ECONNREFUSED.*RECORD_STORE_URL/),
  });
  expect(
    `${(error as Error).stack} ${JSON.stringify(error)} ${((error as Error).cause as Error)?.stack}`,
  ).not.toContain('hunter2');
});

const strangers = table('records', 'subjects', { tenant: 'text', subject: 'text' }, ['tenant', 'subject']);
test('a value that a column refuses fails its work alone and is not quoted', async () => {
  const tenant = freshTenant();

  const [bad, good] = await Promise.allSettled([
    store.shared((tx) => tx.insert(strangers, [{ tenant, subject: 'secret-subject' }])),
    put(tenant, 'a'),
  ]);

  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'internal_error' } });
  expect(String((bad as PromiseRejectedResult).reason.stack)).not.toContain('secret');
  expect(good.status).toBe('fulfilled');
  expect(await namesOf(tenant)).toEqual(['a']);
});

test('numbers beyond 32 bits come back as numbers, also to whoever else uses the driver in this process', async () => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('SELECT 9007199254740991::bigint AS n');
  await client.end();

  expect(rows).toEqual([{ n: '9007199254740991' }]);
  expect(await store.reader.query((sql) => sql.select(sql.raw('9007199254740991::bigint AS n')))).toEqual([
    { n: Number.MAX_SAFE_INTEGER },
  ]);
});
