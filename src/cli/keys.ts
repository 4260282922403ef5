/** The group `lethe keys`: `list` and `compromise` are here, `rotate` and `slots` join it. */
import { type FileHandle, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import { CompromiseBody } from '../jobs/schema.ts';
import { compromiseKeys } from '../operations/keys/compromise-keys.ts';
import { listExposed } from '../operations/keys/list-exposed.ts';
import { listKeys } from '../operations/keys/list-keys.ts';
import { SubjectIdSchema } from '../schema.ts';
import { checked, newFile } from './arguments.ts';
import { follow } from './follow-job.ts';
import { keysTable } from './keys-table.ts';
import { call, KEY_FILE, type KeyOptions, type Session, withSession } from './session.ts';

interface CompromiseOptions extends KeyOptions {
  readonly epoch?: string;
  readonly buckets?: string;
  readonly subject?: string;
  readonly report?: string;
}

const PAGE = 1_000;

export function addKeysCommands(program: Command): Command {
  const keys = program
    .command('keys')
    .description('the keys of the vault: list, rotate, say that some were stolen; and the root slots');

  keys
    .command('list')
    .description('list every kind of key: its state, its times, how many, and what is due')
    .option('--json', 'as the API gives it')
    .option('--key-file <file>', 'file with the API key of the security team, or of an auditor')
    .action(async ({ json, keyFile }: KeyOptions & { json?: true }) => {
      const { keys: found } = await call({ keyFile }, listKeys);
      if (json) console.log(JSON.stringify(found, undefined, 2));
      else console.log(keysTable(found, process.stdout.isTTY ? process.stdout.columns : undefined));
    });

  keys
    .command('compromise')
    .description('seal anew what stolen keys protect, and report the exposed tokens')
    .option('--epoch <number>', 'the epoch whose secret was stolen; it must have ended (first tenant only)')
    .option('--buckets <from..to>', 'the range of buckets whose keys were stolen')
    .option(
      '--subject <id or ref>',
      'the subject whose records’ keys were stolen; its id leaves no ref in the shell’s history',
    )
    .option('--report <file>', 'write the exposed tokens to a new file, mode 0600, one a line')
    .option(...KEY_FILE)
    .action(async ({ epoch, buckets, subject, report, keyFile }: CompromiseOptions) => {
      if ([epoch, buckets, subject].filter((named) => named !== undefined).length !== 1) {
        throw new StartError('Name one of --epoch, --buckets and --subject.');
      }
      const [from, to] = buckets?.split('..') ?? [];
      const body = checked(CompromiseBody, {
        ...(epoch !== undefined && { epoch: Number(epoch) }),
        ...(buckets !== undefined && { from, to }),
        ...(subject !== undefined && { [SubjectIdSchema.safeParse(subject).success ? 'subject' : 'ref']: subject }),
      });
      // The file is made first: if the report cannot be written, that must be known before the work.
      const file = report === undefined ? undefined : await newFile(report, 'The report');
      await withSession(readConfig(), { keyFile }, async (session) => {
        const { job } = await compromiseKeys(session.vault, await session.caller(), body);
        console.log(`Ordered ${job}.`);
        const done = await follow(session.vault, await session.caller(), job);
        if (done === undefined) return;
        const { records, tokens, buckets: made, complete } = done.detail;
        console.log(`Sealed anew: ${records} records, ${tokens} tokens, ${made} buckets.`);
        if (!complete) console.log('Some keys are left: of calls under way, or of damaged values. Order it again.');
        if (file !== undefined) {
          await writeReport(session, job, file);
          console.log(`The exposed tokens are in ${report}.`);
        }
        console.log(
          'Now close the epoch, so that the old keys die in copies of the key store: npm run lethe -- keys rotate --now',
        );
      })
        .catch(async (error: unknown) => {
          // An empty file would be in the way of the next try.
          if (file !== undefined && report !== undefined && (await file.stat()).size === 0) await rm(report);
          throw error;
        })
        .finally(() => file?.close());
    });

  return keys;
}

/** Writes a line for each token, with its record, its subject and its data type. It works by pages, for any length. */
async function writeReport(
  { vault, caller }: Session,
  job: Awaited<ReturnType<typeof compromiseKeys>>['job'],
  file: FileHandle,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await listExposed(vault, await caller(), { job, after, limit: PAGE });
    const lines = page.exposed.flatMap(({ record, subject, type, tokens }) =>
      tokens.map((token) => [token, record, subject ?? '-', type].join('\t')),
    );
    if (lines.length > 0) await file.appendFile(`${lines.join('\n')}\n`);
    if (page.next === undefined) break;
    after = page.next;
  }
  await file.sync();
}
