/** Backups and drills as long jobs: into the folders that the operator has set, and naming no other place. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { runJobsOnce } from '../../src/background/long-jobs.ts';
import type { JobId } from '../../src/ids.ts';
import { orderBackup } from '../../src/operations/copies/order-backup.ts';
import { orderDrill } from '../../src/operations/copies/order-drill.ts';
import { lookAgain } from '../../src/operations/keys/read-job.ts';
import { getStatus } from '../../src/operations/oversight/get-status.ts';
import { openVault } from '../../src/vault/open-vault.ts';
import { backupFolder } from '../backup/folders.ts';
import { appOf, freshHome } from '../support/home.ts';
import { askRows } from '../support/spelled.ts';
import { ENGINES, type Engine } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { tokenize } from '../support/tokenize.ts';
import { NOW, QUICK_PASSWORDS } from '../support/vault.ts';

const BOTH = { stores: ['records', 'keys'] as ('records' | 'keys')[], prune: false };

async function withFolders(engine: Engine) {
  // A place of the test's own for what a drill puts back: other files look at what theirs leave.
  const place = await temporaryFolder();
  vi.stubEnv('TMPDIR', place.path);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await place.remove();
  });
  const home = await freshHome(engine);
  const [backupDir, keyBackupDir] = [await backupFolder(), await backupFolder()];
  const config = { ...home.config, backupDir, keyBackupDir };
  await (await home.open()).close();
  const vault = await openVault(config, { clock: () => NOW, passwords: QUICK_PASSWORDS });
  const security = await appOf(vault, home, 'security');
  await tokenize(vault, await appOf(vault, home), {
    items: [{ type: 'email', value: 'ada@example.com', subject: 'ada' }],
  });
  const done = async (job: JobId) => {
    await runJobsOnce(vault, { config });
    return lookAgain(vault, security, job);
  };
  const copies = async (dir: string) => (await readdir(dir)).filter((name) => /^(records|keys)-/.test(name));
  const entries = async () =>
    (
      await askRows<{ action: string; outcome: string; code: string | null; target: string }>(
        vault.recordStore.reader,
        (sql) => sql('audit_entries').whereIn('action', ['backup', 'drill']).orderBy('entry'),
      )
    ).map(({ action, outcome, code, target }) => [action, outcome, code, target]);
  return { home, vault, config, security, backupDir, keyBackupDir, done, copies, entries };
}

describe.each(ENGINES)('a backup on %s', (engine) => {
  test('goes into the folder of each store; its job names the copies and no path; a crash before its end leaves it to be done again', async () => {
    const { vault, security, backupDir, keyBackupDir, done, copies, entries } = await withFolders(engine);
    const { job } = await orderBackup(vault, security, BOTH);
    expect(await orderBackup(vault, security, { stores: ['keys', 'records'], prune: false })).toEqual({ job });
    // A process that stops: nothing unfinished is left, and the job waits for the next.
    let looks = 0;
    await runJobsOnce(vault, { stopping: () => ++looks > 6 });
    expect(await lookAgain(vault, security, job)).toMatchObject({ state: 'waiting', detail: {} });
    for (const dir of [backupDir, keyBackupDir]) {
      for (const name of await copies(dir)) expect(await readdir(`${dir}/${name}`)).toContain('manifest.json');
    }

    const ended = await done(job);
    expect(ended).toMatchObject({ state: 'completed', detail: { pruned: [], swept: [] } });
    const { recordsFolder, keysFolder } = ended.detail;
    expect(await copies(backupDir)).toContain(recordsFolder);
    expect(await copies(keyBackupDir)).toEqual([keysFolder]);
    expect(JSON.stringify(ended)).not.toContain(tmpdir());
    expect(await entries()).toEqual([
      ['backup', 'done', null, `${job} keys records`],
      ['backup', 'done', null, `${job} keys records`],
      ['backup', 'done', null, job],
    ]);
  });

  test('that cannot be written fails for good, saying why; one without a folder is not ordered', async () => {
    const { vault, security, keyBackupDir, done, copies, entries } = await withFolders(engine);
    await rm(keyBackupDir, { recursive: true });
    await writeFile(keyBackupDir, 'no folder');
    const { job } = await orderBackup(vault, security, BOTH);
    const ended = await done(job);
    expect(ended).toMatchObject({
      state: 'failed',
      code: 'backup_failed',
      detail: { why: expect.stringMatching(/^E/) },
    });
    expect(await done(job)).toEqual(ended);
    expect((await entries()).at(-1)).toEqual(['backup', 'failed', 'backup_failed', job]);
    await rm(keyBackupDir);

    const without = { ...vault, keyBackupDir: undefined };
    for (const order of [BOTH, { stores: ['records' as const], prune: true }]) {
      const refused = { code: 'backup_not_configured', message: expect.stringContaining('LETHE_KEY_BACKUP_DIR') };
      const refusal = await orderBackup(without, security, order).catch((error: Error) => error);
      expect(refusal).toMatchObject(refused);
      expect((refusal as Error).message).not.toContain('LETHE_BACKUP_DIR');
    }
    await expect(orderDrill(without, security, {})).rejects.toBeDefined();
    expect(await orderBackup(without, security, { stores: ['records'], prune: false })).toHaveProperty('job');
    expect(await copies(keyBackupDir).catch(() => [])).toEqual([]);
  });
});

describe('a drill', () => {
  test('tries the newest copies in those folders, and says what each step found', async () => {
    const { home, vault, security, backupDir, done, entries } = await withFolders('sqlite');
    const taken = (await done((await orderBackup(vault, security, BOTH)).job)).detail;
    const { job } = await orderDrill(vault, security, {});
    // A command that rotates knows nothing of the folders' copies: a server's thread does it.
    await runJobsOnce(vault);
    expect(await lookAgain(vault, security, job)).toMatchObject({ state: 'waiting' });
    const ended = await done(job);
    expect(ended).toMatchObject({
      state: 'completed',
      detail: {
        ...{ ok: true, recordsFolder: taken.recordsFolder, keysFolder: taken.keysFolder },
        steps: expect.arrayContaining([expect.stringMatching(/^open_canaries ok \d+ \d+ opened$/)]),
      },
    });
    expect((await getStatus(vault, security)).lastDrill).toMatchObject({ ok: true });
    expect((await entries()).at(-1)).toEqual(['drill', 'done', null, job]);

    await writeFile(`${backupDir}/${taken.recordsFolder}/records.db`, 'altered');
    const again = await done((await orderDrill(vault, security, {})).job);
    expect(again).toMatchObject({
      ...{ state: 'failed', code: 'drill_failed' },
      detail: { ok: false, steps: expect.arrayContaining([expect.stringMatching(/^verify_records failed \d+ \w+$/)]) },
    });
    expect((await getStatus(vault, security)).lastDrill).toMatchObject({ ok: false });
    expect((await entries()).at(-1)).toMatchObject(['drill', 'failed', 'drill_failed', expect.stringMatching(/^job_/)]);
    for (const told of [ended, again]) {
      for (const place of [tmpdir(), backupDir, home.folder]) expect(JSON.stringify(told)).not.toContain(place);
    }
    expect(await readdir(tmpdir())).not.toContainEqual(expect.stringMatching(/^lethe-drill-/));
  });

  test('of stores on PostgreSQL is the command’s; nothing is ordered', async () => {
    const { vault, security } = await withFolders('postgres');
    await expect(orderDrill(vault, security, {})).rejects.toMatchObject({ code: 'drill_needs_command' });
    expect(await askRows(vault.recordStore.reader, (sql) => sql('jobs'))).toEqual([]);
  });

  test('whose process stops is begun again by the next, and leaves no place behind', async () => {
    const { vault, config, security, done } = await withFolders('sqlite');
    await done((await orderBackup(vault, security, BOTH)).job);
    const { job } = await orderDrill(vault, security, {});
    let looks = 0;
    await runJobsOnce(vault, { config, stopping: () => ++looks > 5 });
    expect(await lookAgain(vault, security, job)).toMatchObject({ state: 'waiting', detail: {} });
    expect(await readdir(tmpdir())).not.toContainEqual(expect.stringMatching(/^lethe-drill-/));
    expect(await done(job)).toMatchObject({ state: 'completed', detail: { ok: true } });
  });
});
