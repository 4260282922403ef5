/** `lethe backup`, `lethe restore`, `lethe recover` and `lethe drill`. */
import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { paced } from '../calls/paced.ts';
import { systemClock } from '../clock.ts';
import { type Config, readConfig, storeUrlOf } from '../config.ts';
import { StartError } from '../errors.ts';
import { backup } from '../operations/copies/backup.ts';
import { drill } from '../operations/copies/drill.ts';
import { recover } from '../operations/copies/recover.ts';
import { restore } from '../operations/copies/restore.ts';
import { CALLED } from '../storage/errors.ts';
import { afterFailedDrill } from './failed-drill.ts';
import { endOf, followThrough, watchThrough } from './follow-job.ts';
import { showJob } from './job-bar.ts';
import { type Drilled, drillOf, type Taken, takenOf } from './job-detail.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { KEY_FILE, type KeyOptions, withSession } from './session.ts';
import { withRootKey } from './shares.ts';
import { watched } from './watched.ts';

type StoreName = 'records' | 'keys';
const BOTH: readonly StoreName[] = ['records', 'keys'];

function storeOption(): Option {
  return new Option('--store <store>', 'this store alone').choices([...BOTH]);
}

export function addBackupCommands(program: Command): void {
  addBackup(program);
  addRestore(program);
  addRecover(program);
  addDrill(program);
}

function addBackup(program: Command): void {
  program
    .command('backup [dir]')
    .description('copy each store into a dated folder of its own under <dir>, while the vault works')
    .addOption(storeOption())
    .option('--prune', 'then delete the copies of the key store under <dir> that no key opens any more')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async (dir: string | undefined, { url, store, prune, keyFile }: BackupFlags) => {
      const stores = store === undefined ? BOTH : [store];
      if (url !== undefined) {
        if (dir !== undefined) throw new StartError(ITS_OWN_FOLDERS);
        return backupThrough(url, keyFile, { stores, prune: prune ?? false });
      }
      if (dir === undefined) throw new StartError(NO_FOLDER);
      if (stores.length > 1) {
        process.stderr.write(
          `Both copies go under ${dir}. Better two places, with --store: who has both and the keys has the data.\n`,
        );
      }
      const done = await watched((watch) =>
        withSession(readConfig(), { keyFile }, async ({ vault, caller }) =>
          backup(vault, await caller(), { dir, stores, prune: prune ?? false, watch }),
        ),
      );
      if (done === undefined) return;
      const { copies, pruned, swept, made } = done;
      for (const folder of made) console.log(`made  ${folder}: it was not there. Is a disk not mounted?`);
      const taken = copies.map(({ folder, manifest: { store, file, tookMs } }) => ({
        ...{ store, folder, sizeBytes: file.sizeBytes, tookMs },
      }));
      tellTaken({ taken, pruned, swept });
    });
}

const OR_URL =
  'Or name a running server with --url: it has folders of its own (LETHE_BACKUP_DIR, LETHE_KEY_BACKUP_DIR).';
const NO_FOLDER = `Name the folder for the copies:  npm run lethe -- backup /mnt/a --store records\n${OR_URL}`;
const NO_FOLDERS = `Name the folders of the copies:  npm run lethe -- drill --from /mnt/a --keys-from /mnt/b\n${OR_URL}`;

const ITS_OWN_FOLDERS =
  'A server copies into the folders of its own settings, and tries the copies there: name none with --url.';

interface BackupFlags extends UrlOptions {
  readonly store?: StoreName;
  readonly prune?: true;
}

async function backupThrough(
  url: string,
  keyFile: string | undefined,
  order: { readonly stores: readonly StoreName[]; readonly prune: boolean },
): Promise<void> {
  const done = await through(url, keyFile, async (client) => followThrough(client, await client.orderBackup(order)));
  if (done !== undefined) tellTaken(takenOf(done.detail));
}

function tellTaken({ taken, pruned, swept }: Taken): void {
  for (const folder of swept) console.log(`removed  ${folder}: a backup that was never finished`);
  for (const { store, folder, sizeBytes, tookMs } of taken) {
    console.log(`${CALLED[store]}  ${folder}  ${sizeBytes} bytes in ${tookMs} ms`);
  }
  for (const folder of pruned) console.log(`pruned  ${folder}: every epoch of its keys is closed`);
}

interface RestoreFlags {
  readonly store: StoreName;
  readonly replace?: true;
  readonly unverified?: true;
}

function addRestore(program: Command): void {
  program
    .command('restore <from>')
    .description('put a backup in the place of a store; stop the servers first')
    .addOption(storeOption().makeOptionMandatory())
    .option('--replace', 'even where a store is there; it is kept aside')
    .option('--unverified', 'take a backup that was made under a root key replaced since')
    .action(async (from: string, { store, replace, unverified }: RestoreFlags) => {
      const flags = { store, replace: replace ?? false, unverified: unverified ?? false };
      const config = readConfig();
      const put = (config: Config) => watched((watch) => restore(config, from, { ...flags, watch }));
      const done = flags.unverified ? await put(config) : await withRootKey(config, put);
      if (done === undefined) return;
      const { backup: taken, aside, drop } = done;
      console.log(`The ${CALLED[store]} is as it was at ${taken.manifest.takenAt} (${taken.folder}).`);
      if (aside !== undefined) {
        console.log(`What was there before is now ${aside}.`);
        if (store === 'keys') console.log('It holds wrapped keys.');
        console.log(`Once the vault serves again, destroy it:  ${drop}`);
      }
      if (store === 'records') {
        console.log('What was erased or revoked since then is erased and revoked again by `npm run lethe -- recover`.');
      }
      console.log('Start the vault; if it says so, run `npm run lethe -- recover` first.');
    });
}

function addRecover(program: Command): void {
  program
    .command('recover')
    .description(
      'make the two stores agree again, with each other and with the journal: erase and revoke once more what one of them has forgotten',
    )
    .option('--key-file <file>', 'file with the API key of an administrator or the security team')
    .action(async ({ keyFile }: KeyOptions) => {
      const bar = showJob(process.stderr, systemClock);
      const progress = paced((pace) => bar.update({ ...pace, state: 'running' }));
      const { remembered, doubtful, erasures, replayed, revoked } = await withSession(
        readConfig(),
        { keyFile, recovering: true },
        async ({ vault, caller }) => recover(vault, await caller(), progress),
      ).finally(bar.stop);
      if (doubtful > 0) {
        console.log(
          `Ignored ${doubtful} lines of the journal: this vault did not write them, or not under this root key.`,
        );
      }
      if (remembered > 0) console.log(`Done again from the journal, which a store had lost: ${remembered}.`);
      console.log(`Ran ${erasures} erasures and corrections again.`);
      if (revoked.principals + revoked.tokens + revoked.narrowed > 0) {
        const taken =
          revoked.narrowed === 0 ? '' : ` Taken away again: ${revoked.narrowed} keys, purposes and versions of roles.`;
        console.log(`Revoked again: ${revoked.principals} principals and ${revoked.tokens} tokens.${taken}`);
      }
      for (const tenant of revoked.withoutAdmin) {
        console.log(`The tenant ${tenant} has no administrator left: all those in the copy were revoked since.`);
      }
      if (replayed.tombstones > 0) {
        console.log(
          `Wrote ${replayed.tombstones} tombstones back into the record store; removed ${replayed.records} records.`,
        );
      }
      if (replayed.lost > 0) {
        console.log(
          `${replayed.lost} records were corrected after the copy was made; their value is in the newer record store alone. Erase them, and store the values again:`,
        );
        for (const record of replayed.lostRecords) console.log(`  ${record}`);
      }
      console.log('The vault can start.');
    });
}

interface DrillFlags extends UrlOptions {
  readonly from?: string;
  readonly keysFrom?: string;
  readonly report?: string;
  readonly scratchRecordsUrl?: string;
  readonly scratchKeysUrl?: string;
}

function addDrill(program: Command): void {
  program
    .command('drill')
    .description('try the newest backups in a temporary place: what must open opens, and what was erased does not')
    .option('--from <dir>', 'folder with the backups')
    .option(
      '--keys-from <dir>',
      'folder with the backups of the key store, where they are elsewhere, such as LETHE_KEY_BACKUP_DIR',
    )
    .option('--report <file>', 'write the report there, too, as JSON')
    .option('--scratch-records-url <url>', 'an empty PostgreSQL database for the copy of the record store')
    .option('--scratch-keys-url <url>', 'an empty PostgreSQL database for the copy of the key store')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async ({ url, from, keysFrom, report: file, keyFile, ...scratch }: DrillFlags) => {
      if (url !== undefined) {
        if ([from, keysFrom, ...Object.values(scratch)].some((named) => named !== undefined))
          throw new StartError(ITS_OWN_FOLDERS);
        return drillThrough(url, keyFile, file);
      }
      if (from === undefined) throw new StartError(NO_FOLDERS);
      const config = readConfig();
      const order = { from: { records: from, keys: keysFrom ?? from }, scratch: scratchOf(scratch) };
      const swept = (places: readonly string[]) => {
        for (const place of places) console.error(`Removed ${place}, which a drill that was killed had left.`);
      };
      const report = await watched(
        (watch) =>
          withSession(config, { keyFile }, async ({ vault, caller, config: opened }) =>
            drill(vault, await caller(), { ...order, config: opened, watch, swept }),
          ),
        ({ ok }) => ok,
      );
      if (report !== undefined) await tellDrill(report, file);
    });
}

async function drillThrough(url: string, keyFile: string | undefined, file: string | undefined): Promise<void> {
  const ended = await through(url, keyFile, async (client) => watchThrough(client, await client.orderDrill()));
  // What a drill finds wrong fails its job, and is told as the drill tells it.
  const done = ended.code === 'drill_failed' && ended.detail.steps !== undefined ? ended : endOf(ended);
  if (done !== undefined) await tellDrill(drillOf(done.detail), file);
}

async function tellDrill(report: Drilled, file: string | undefined): Promise<void> {
  const width = Math.max(...report.steps.map(({ step }) => step.length));
  for (const { step, ok, tookMs, detail } of report.steps) {
    console.log(`${ok ? 'ok    ' : 'FAILED'}  ${step.padEnd(width)}  ${String(tookMs).padStart(7)} ms  ${detail}`);
  }
  const failed = report.steps.find(({ ok }) => !ok)?.step;
  console.log(report.ok ? `The backups work. The next drill is due ${report.nextDueAt}.` : afterFailedDrill(failed));
  if (file !== undefined) await writeFile(file, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  if (!report.ok) process.exitCode = 1;
}

function scratchOf({ scratchRecordsUrl, scratchKeysUrl }: Partial<DrillFlags>): Partial<Record<StoreName, string>> {
  return {
    ...(scratchRecordsUrl === undefined ? {} : { records: storeUrlOf('--scratch-records-url', scratchRecordsUrl) }),
    ...(scratchKeysUrl === undefined ? {} : { keys: storeUrlOf('--scratch-keys-url', scratchKeysUrl) }),
  };
}
