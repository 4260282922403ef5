/**
 * The security team's and the administrators' commands with `--url`: they act through the API of the server that runs, say what they say without
 * it, and open no vault of their own.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lethe } from '../support/command.ts';
import { startServer } from '../support/server-process.ts';
import { temporaryFolder } from '../support/temporary.ts';

test('jobs, slots, rotations, backups and drills go through a server, from a folder that has neither stores nor keys', async () => {
  const { path, remove } = await temporaryFolder();
  onTestFinished(remove);
  const [home, elsewhere] = [join(path, 'home'), join(path, 'elsewhere')];
  const keyFile = join(path, 'officer.key');
  const officer = ['--key-file', keyFile];
  await lethe(home, ['init']);
  await lethe(home, ['principals', 'add', 'officer', '--role', 'security', '--save', keyFile]);
  const usb = ['--kind', 'file', '--path', join(path, 'usb'), '--optional'];
  expect(await lethe(home, ['keys', 'slots', 'add', 'usb', ...usb, ...officer])).toMatchObject({ code: 0 });
  const env = { TMPDIR: path, LETHE_BACKUP_DIR: join(path, 'copies'), LETHE_KEY_BACKUP_DIR: join(path, 'key-copies') };
  const server = await startServer(home, { log: join(path, 'server.log'), env });
  const there = ['--url', server.url, ...officer];
  const through = (...args: string[]) => lethe(elsewhere, [...args, ...there]);
  const here = (...args: string[]) => lethe(home, [...args, ...officer]);

  const rotated = await through('keys', 'rotate', '--now');
  expect(rotated).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Done: job_\w+, epoch 1, moved \d+, certified \d+\n$/),
  });
  expect(await through('keys', 'rotate')).toMatchObject({
    ...{
      code: 0,
      out: expect.stringMatching(/^The epoch is due to be closed at 2\S+Z\. Close it at once with --now\.\n$/),
    },
  });
  const job = /job_\w+/.exec(rotated.out)?.[0] as string;

  const same = async (...args: string[]) => {
    const [remote, local] = [await through(...args), await here(...args)];
    expect(remote).toMatchObject({ code: 0, err: '' });
    expect(remote.out).toBe(local.out);
    return remote.out;
  };
  expect(await same('jobs', 'list')).toContain(job);
  expect(await same('jobs', 'show', job)).toMatch(/epoch +1/);
  const [who = ''] = /prn_\w+/.exec(await same('me')) ?? [];
  // Who asks leaves an entry, too.
  for (const ask of [through, here]) {
    expect((await ask('access', 'exposure', who)).out).toMatch(
      /^Values of 0 subjects in \d+ entries\. The log begins at 2/,
    );
  }
  await principalsAreManaged(home, elsewhere, server.url, path);

  const [listed, local] = [await through('keys', 'slots', 'list'), await here('keys', 'slots', 'list')];
  expect(listed.out).toContain('usb');
  // The one thing that stays on the machine: where a slot is on it.
  expect([local.out.includes(join(path, 'usb')), listed.out.includes(path)]).toEqual([true, false]);
  const checked = (await through('keys', 'slots', 'check')).out;
  expect(checked).toMatch(
    /^file {2}required {2}ok {2}.*\n {2}holds epoch 2\nusb {2}optional {2}ok {2}.*\n {2}holds epoch 2\n$/,
  );

  expect(await through('keys', 'slots', 'remove', 'usb')).toMatchObject({
    ...{ code: 0, out: 'The root slot usb is removed. Destroyed in it: epoch 2.\n' },
  });
  const refused = await through('keys', 'slots', 'remove', 'file');
  expect(refused).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(/last required root slot.*\(slot_needed\)\n$/),
  });
  expect(await through('jobs', 'show', 'job_01m83rdet0ehaadnnnnhek1nfv')).toMatchObject({
    ...{ code: 1, err: expect.stringContaining('(job_not_found)') },
  });

  const taken = await through('backup', '--prune');
  expect(taken).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /^record store {2}records-\S+ {2}\d+ bytes in \d+ ms\nkey store {2}keys-\S+ {2}\d+ bytes in \d+ ms\n$/,
    ),
  });
  const drilled = await through('drill', '--report', join(path, 'drill.json'));
  expect(drilled).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^ok {6}verify_records .*The backups work\. The next drill is due/s),
  });
  expect(JSON.parse(await readFile(join(path, 'drill.json'), 'utf8'))).toMatchObject({
    ok: true,
    format: 'lethe-drill/1',
  });
  await rm(join(path, 'copies'), { recursive: true });
  const failed = await through('drill');
  expect(failed).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      /^FAILED {2}verify_records .*The drill FAILED: .*could not be relied on.*must act today.*no whole copy.*\n1\. /s,
    ),
  });
  expect(await through('backup', path)).toMatchObject({
    code: 1,
    err: expect.stringContaining('name none with --url'),
  });
  for (const { out, err } of [taken, drilled, failed]) expect(out + err).not.toContain(path);

  const lost = await lethe(elsewhere, ['jobs', 'list', '--url', `${server.url}/v1`, ...officer]);
  expect(lost.err).toMatch(
    /route_not_found\) --url is where the API begins, without \/v1 .*It was http:\S+ and a path\.\n$/,
  );
  const tls = await lethe(elsewhere, ['jobs', 'list', '--url', server.url.replace('http', 'https'), ...officer]);
  expect(tls.err).toMatch(
    /^lethe: No vault answers at https:.* does not speak TLS there\. On the machine .* take http/,
  );
  const key = await readFile(keyFile, 'ascii');
  const url = ['--url', 'http://vault.example.com:7300', ...officer];
  const inClear = await lethe(elsewhere, ['jobs', 'list', ...url]);
  const files = ['--map', join(path, 'map.json'), '--out', join(path, 'tokens.ndjson')];
  await writeFile(join(path, 'map.json'), '{"fields":[{"path":"/email","type":"email"}]}');
  const imported = await lethe(elsewhere, ['import', join(path, 'map.json'), ...files, ...url]);
  for (const refusal of [inClear, imported]) {
    expect(refusal).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^lethe: Nothing was sent: over http, .*vault\.example\.com could read the API key\. Name the https URL/,
      ),
    });
  }
  await server.end();
  const unanswered = await through('jobs', 'list');
  expect(unanswered).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(
      /^lethe: No vault answers at http:\S+ \(ECONNREFUSED\)\. Nobody listens there\. Start the server/,
    ),
  });
  for (const { out, err } of [rotated, listed, refused, unanswered]) expect(out + err).not.toContain(key.trim());
}, 120_000);

/** What is ordered through the server shows on its own machine, and the other way round. */
async function principalsAreManaged(home: string, elsewhere: string, url: string, path: string): Promise<void> {
  const admin = ['--key-file', join(home, 'keys/admin.key')];
  const [first, second] = [join(path, 'shop.key'), join(path, 'shop-2.key')];
  const through = (...args: string[]) => lethe(elsewhere, ['principals', ...args, '--url', url, ...admin]);
  const here = (...args: string[]) => lethe(home, ['principals', ...args, ...admin]);
  const me = async (key: string) => {
    const [local, remote] = [
      await lethe(home, ['me', '--key-file', key]),
      await lethe(elsewhere, ['me', '--url', url, '--key-file', key]),
    ];
    expect(remote).toEqual(local);
    return remote.out;
  };
  const purposes = (where: string, ...args: string[]) =>
    lethe(where, ['purposes', ...args, ...(where === elsewhere ? ['--url', url] : []), ...admin]);
  const told = 'To charge what you have ordered.';
  for (const add of [through, here]) {
    const undeclared = await add('add', 'shop', '--role', 'app', '--purpose', 'billing', 'fraud', '--save', first);
    expect(undeclared.err).toMatch(/^lethe: billing, fraud: not declared, or ended \(unknown_purpose\)\./);
    expect(undeclared.err).toContain('\n  npm run lethe -- purposes declare fraud --basis BASIS --told "TEXT"\n');
  }
  expect((await purposes(elsewhere, 'declare', 'billing', '--basis', 'contract', '--told', told)).out).toBe(
    'billing is declared, version 1. A person may neither object nor withdraw.\n',
  );
  const fraud = ['declare', 'fraud', '--basis', 'legitimate_interests', '--told', 'To keep thieves out.'];
  expect((await purposes(home, ...fraud, '--type', 'card', 'ip')).out).toContain('A person may object.');
  expect((await purposes(home, ...fraud, '--no-objection')).out).toContain('version 2. A person may neither');
  const shown = await purposes(elsewhere, 'show', 'fraud');
  expect(shown).toEqual(await purposes(home, 'show', 'fraud'));
  expect(shown.out.split('\n').slice(-5)).toEqual([
    expect.stringMatching(/^fraud, version 1, since 2\S+Z: in use$/),
    ...['  told   To keep thieves out.', '  basis  legitimate_interests; a person may object', '  types  card, ip', ''],
  ]);
  expect(await purposes(elsewhere, 'list')).toEqual(await purposes(home, 'list'));
  expect(await through('add', 'shop', '--role', 'app', '--purpose', 'billing', '--save', first)).toMatchObject({
    code: 0,
  });
  expect(await me(first)).toMatch(
    /^shop \(app\) prn_\w+ of the tenant .*\nMay ask for: billing\. The API key works until 2\S+Z\.\n$/,
  );

  const soon = new Date(Date.now() + 86_400_000).toISOString();
  const changed = await through('change', 'shop', '--purpose', 'billing', 'fraud', '--expires', soon);
  expect(changed.out).toBe(`shop may ask for: billing, fraud. The API key works until ${soon}.\n`);
  expect(await me(first)).toContain('That is soon: ask an administrator');
  expect((await here('change', 'shop', '--no-purpose', '--expires', 'never')).out).toBe(
    'shop may ask for: nothing. The API key has no end.\n',
  );

  expect((await purposes(elsewhere, 'end', 'fraud')).out).toMatch(/^fraud has ended at 2\S+Z\.\n$/);
  expect((await purposes(home, 'list')).out).toMatch(/\nfraud .* ended 2\S+Z +To keep thieves out\.\n$/);
  const rotated = await through('rotate', 'shop', '--overlap', '1', '--save', second);
  expect(rotated.out).toMatch(
    /^shop has the new API key key_\w+\. The API key works until 2\S+Z\.\nkey_\w+ works until 2\S+Z\.\nIts API key is in /,
  );
  const [newer, older] = rotated.out.match(/key_\w+/g) as [string, string];
  expect(await me(second)).toContain(`Its other API key, ${older}: The API key works until`);
  expect((await here('rotate', 'shop')).err).toContain('(rolling_over)');
  const [listed, local] = [await through('list'), await here('list')];
  expect(listed).toEqual(local);
  expect(listed.out).toMatch(new RegExp(`shop .*${older} until .*, ${newer} until 2`));
  expect((await through('end-key', 'shop', older)).out).toMatch(new RegExp(`^${older} has ended at 2`));
  expect((await lethe(elsewhere, ['me', '--url', url, '--key-file', first])).err).toContain('(unauthenticated)');

  await here('add', 'shop', '--role', 'support', '--save', join(path, 'namesake.key'));
  const ambiguous = (await through('change', 'shop', '--no-purpose')).err;
  expect(ambiguous).toMatch(/Several principals have this name; give the id of one: prn_\w+, prn_\w+\.\n$/);
  const ids = ambiguous.match(/prn_\w+/g) as string[];
  for (const id of ids) expect((await through('revoke', id)).out).toMatch(new RegExp(`^${id} is revoked since 2`));
  expect((await through('change', 'shop', '--no-purpose')).err).toContain('No principal that is not revoked');
}
