/** What an operator gets wrong is told as that, with the place and what to do; none of it is a defect of the vault. */

import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endOf } from '../../src/cli/follow-job.ts';
import { noAnswer } from '../../src/cli/no-answer.ts';
import { type Answered, type Log, logAnswered, logJob } from '../../src/http/serving/log.ts';
import { explain } from '../../src/http/serving/run.ts';
import { lethe } from '../support/command.ts';
import { temporaryFolder } from '../support/temporary.ts';

let home: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ path: home, remove } = await temporaryFolder());
  await lethe(home, ['init']);
  await lethe(home, ['purposes', 'declare', 'billing', '--basis', 'contract', '--told', 'To bill what was ordered.']);
  await lethe(home, ['principals', 'add', 'app', '--role', 'app', '--purpose', 'billing', '--save', `${home}/app.key`]);
  await writeFile(`${home}/in.ndjson`, '{"email":"ada@example.com"}\n');
  await writeFile(`${home}/map.json`, '{"purpose":"billing","fields":[{"path":"/email","type":"email"}]}');
  await mkdir(`${home}/folder`);
}, 60_000);
afterAll(() => remove());

async function said(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, out, err } = await lethe(home, args, { env: { LETHE_PORT: '0', ...env } });
  expect(code).toBe(1);
  expect(out + err).not.toMatch(/defect|\n {4}at /);
  return out + err;
}

describe('a command', () => {
  const importing = (out: string, ...more: string[]) => [
    ...['import', `${home}/in.ndjson`, '--map', `${home}/map.json`, '--out', out, '--key-file', `${home}/app.key`],
    ...more,
  ];

  test('names the folder that is not there', async () => {
    expect(await said(importing(`${home}/nowhere/out.ndjson`))).toMatch(/cannot open .*\/nowhere\/out.*\(ENOENT\)/);
  }, 30_000);

  test('names the file that stands where a folder should', async () => {
    expect(await said(importing(`${home}/in.ndjson/out.ndjson`))).toMatch(/\(ENOTDIR\).*a folder should be/);
    expect(await said(['backup', `${home}/in.ndjson`, '--key-file', `${home}/app.key`])).toMatch(/not_allowed/);
    expect(await said(['init'], { LETHE_HOME: `${home}/in.ndjson` })).toMatch(/in\.ndjson\/keys \(ENOTDIR\)/);
  }, 30_000);

  test('that would write an API key over a file, or where none can be made, says which', async () => {
    const add = (file: string) => said(['principals', 'add', 'x', '--role', 'app', '--save', file]);
    expect(await add(`${home}/app.key`)).toMatch(/app\.key is there already, and nothing was done\. .* name another/);
    expect(await add(`${home}/nowhere/x.key`)).toMatch(/x\.key cannot be made \(ENOENT\)\. There is no such/);
  }, 30_000);

  test('says what URL of a vault it takes', async () => {
    for (const url of ['localhost:7300', 'http://user@127.0.0.1', 'nonsense']) {
      expect(await said(importing(`${home}/o.ndjson`, '--url', url))).toMatch(/--url must be the http or https URL/);
    }
  }, 30_000);

  test('names a file of a store that is none', async () => {
    expect(await said(['status'], { RECORD_STORE_URL: `sqlite:${home}/map.json` })).toMatch(
      /SQLITE_NOTADB.*no file of a store at all, correct RECORD_STORE_URL/,
    );
    expect(await said(['status'], { RECORD_STORE_URL: `sqlite:${home}/folder` })).toMatch(
      /folder\) cannot be opened \(SQLITE_CANTOPEN/,
    );
  }, 30_000);

  test('without its folder says which, and that a server has folders of its own', async () => {
    for (const command of ['backup', 'drill']) {
      expect(await said([command])).toMatch(
        new RegExp(`npm run lethe -- ${command} .*/mnt/a.*\\n.*--url.*LETHE_BACKUP_DIR`),
      );
    }
  }, 30_000);

  test('that is refused says which role is needed, whose key it used, and how to make another', async () => {
    const refused = await said(['keys', 'slots', 'list']);
    expect(refused).toMatch(
      /^lethe: This takes the role security\. This API key has the role admin\. \(not_allowed\)\n/,
    );
    expect(refused).toMatch(
      /keys\/admin\.key; --key-file names another\..*\n {2}npm run lethe -- principals add .*--save/,
    );
    await writeFile(`${home}/other.key`, 'lethe_01m8pgs63xeeq9g9j6cv9na1f3_x\n');
    const unknown = await said(['status', '--key-file', `${home}/other.key`]);
    expect(unknown).toMatch(
      /^lethe: The API key of \S+other\.key is not one that this vault knows: .*\(unauthenticated\)\.\n$/,
    );
    expect(unknown).not.toContain('01m8pgs63xeeq9g9j6cv9na1f3');
  }, 30_000);

  test('says which option holds a URL that it does not understand', async () => {
    const drill = ['drill', '--from', home, '--scratch-keys-url', 'postgres://u:quoll#numbat@db/d'];
    expect(await said(drill)).toMatch(/--scratch-keys-url holds a #/);
  }, 30_000);
});

describe('a server', () => {
  test.each([
    ['no.such.host.invalid', /nobody knows this host \((ENOTFOUND|EAI_AGAIN)\).*LETHE_HOST/],
    ['[::1]', /nobody knows this host.*LETHE_HOST/],
    ['203.0.113.7', /this machine has no such address \(EADDRNOTAVAIL\).*LETHE_HOST/],
  ])(
    'that is to listen on %s says why not',
    async (host, why) => {
      expect(await said(['serve'], { LETHE_HOST: host })).toMatch(why);
    },
    30_000,
  );

  test('says that its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    expect(await said(['serve'], { LETHE_PORT: String(port) })).toMatch(
      new RegExp(`the port ${port} is taken, perhaps by a server of this vault .* set LETHE_PORT`),
    );
    other.close();
  }, 30_000);
});

describe('an error of the system is told by its path', () => {
  test.each([
    [{ code: 'EACCES', syscall: 'open', path: '/etc/x' }, /cannot open \/etc\/x \(EACCES\).*may not write there/],
    [{ code: 'EROFS', syscall: 'mkdir', path: '/srv/x' }, /cannot make \/srv\/x \(EROFS\)/],
    [{ code: 'ENOSPC', syscall: 'write' }, /cannot write a file \(ENOSPC\).*no space left/],
    [{ code: 'EACCES', syscall: 'listen', port: 80 }, /this user may not take this port.*LETHE_PORT/],
    [{ code: 'EMFILE', syscall: 'open', path: '/x' }, /ulimit -n/],
  ])('%j', (error, why) => {
    expect(explain(Object.assign(new Error('secret-quoll'), error))).toMatch(why);
    expect(explain(Object.assign(new Error('secret-quoll'), error))).not.toMatch(/quoll|defect/);
  });

  test('and any other error is a defect', () => {
    expect(explain(new TypeError('quoll'))).toMatch(/defect/);
    expect(explain(Object.assign(new Error('quoll'), { code: 'ECONNRESET', syscall: 'read' }))).toMatch(/defect/);
  });
});

test('a failed job is told with what it met and what to do, and as tried again only if it is', () => {
  const lines: unknown[][] = [];
  const [warn, error] = ['warn', 'error'].map(
    (level) =>
      (...line: unknown[]) =>
        lines.push([level, ...line]),
  );
  const log = { warn, error } as unknown as Log;
  const report = { name: 'backup', changed: 0 };
  logJob(log, { ...report, failed: 'key_unavailable' });
  logJob(log, { ...report, failed: 'backup_failed', forGood: true, why: 'ENOSPC' });
  logJob(log, { ...report, name: 'drill', failed: 'drill_failed', forGood: true });
  logJob(log, { ...report, failed: 'integrity_failure', forGood: true });
  expect(lines).toEqual([
    ['warn', expect.not.objectContaining({ why: expect.anything() }), expect.stringContaining('; it is tried again')],
    [
      'error',
      expect.objectContaining({ why: 'ENOSPC', remedy: expect.stringContaining('Make room') }),
      expect.stringContaining('is not tried again: mend the cause'),
    ],
    ['error', expect.anything(), expect.stringContaining('Somebody has to act today')],
    ['error', expect.anything(), expect.stringContaining('not tried again until somebody orders it')],
  ]);

  const ended = { job: 'job_1', state: 'failed', interrupted: false } as const;
  const told = (code: string, detail: object) => () => endOf({ ...ended, code, detail });
  expect(told('backup_failed', { why: 'ENOSPC' })).toThrow(
    /job_1 has failed \(backup_failed: ENOSPC\)\. .*Make room\. It is not/,
  );
  expect(told('internal_error', {})).toThrow(/job_1 has failed \(internal_error\)\. It is not tried again by itself/);
});

test.each<[reason: string, says: RegExp]>([
  ['ECONNREFUSED', /Nobody listens there\. Start the server/],
  ['ENOTFOUND', /Nobody knows this host/],
  ['EPROTO', /does not speak TLS/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
  ['CERT_HAS_EXPIRED', /Renew it/],
  ['timeout', /\/readyz/],
  ['UND_ERR_SOCKET', /take https/],
  ['network', /Check host, port and path/],
])('no answer (%s) is told with the place and what to do', (reason, says) => {
  const told = noAnswer('https://vault.example.com/vault', reason);
  expect(told).toMatch(says);
  expect(told).toContain(`No vault answers at https://vault.example.com (${reason}).`);
});

test('the log of a serving vault says beside the cause of a failure what to do about it', () => {
  const lines: Record<string, unknown>[] = [];
  const log = { info: (line: Record<string, unknown>) => lines.push(line) } as unknown as Log;
  const answered = { request: 'req_1', operation: 'tokenize', status: 503, code: 'store_unavailable', seconds: 0.001 };
  for (const cause of ['25006', '42501', 'connection_lost', 'SQLITE_FULL', undefined, 'nothing_known']) {
    logAnswered(log, { ...answered, principal: undefined, defect: undefined, cause } as Answered);
  }
  expect(lines.map(({ remedy }) => remedy)).toEqual([
    expect.stringContaining('read-only'),
    expect.stringContaining('lacks a right'),
    expect.stringContaining('cut in the middle'),
    expect.stringContaining('no space left'),
    undefined,
    undefined,
  ]);
});
