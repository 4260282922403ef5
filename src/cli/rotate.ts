/**
 * `lethe keys rotate` and `lethe jobs`. The command orders a rotation through the same operation as the API, and
 * follows it to its end (`follow-job.ts`).
 */
import type { Command } from 'commander';
import { rotationDueAt } from '../background/scheduled-rotation.ts';
import type { Job } from '../client/shapes.ts';
import { readConfig } from '../config.ts';
import { type JobView, RotateKeysBody } from '../jobs/schema.ts';
import { listJobs } from '../operations/keys/list-jobs.ts';
import { readJob } from '../operations/keys/read-job.ts';
import { rotateKeys } from '../operations/keys/rotate-keys.ts';
import { JobIdSchema } from '../schema.ts';
import type { Vault } from '../vault/vault.ts';
import { checked } from './arguments.ts';
import { follow, followThrough } from './follow-job.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call, KEY_FILE, withSession } from './session.ts';
import { type Column, table } from './table.ts';

interface Options extends UrlOptions {
  readonly now?: boolean;
  readonly index?: string;
}

const LISTED = 50;

/** Here or through a server: what both say of a job. */
type Listed = Omit<JobView, 'job' | 'detail'> & { readonly job: string };

const COLUMNS: readonly Column<Listed>[] = [
  { title: 'job', of: ({ job }) => job },
  { title: 'kind', of: ({ kind }) => kind },
  { title: 'state', of: ({ state }) => state },
  {
    title: 'step',
    of: ({ step, state, done, total }) => (step === '' || state === 'completed' ? '-' : `${step} ${done}/${total}`),
  },
  { title: 'code', of: ({ code }) => code ?? '-' },
  { title: 'ordered', of: ({ orderedAt }) => orderedAt },
];

/** @param keys the command `lethe keys` */
export function addRotateCommand(keys: Command): void {
  keys
    .command('rotate')
    .description('close the epoch if it is due, which makes erasures final; or replace an index key')
    .option('--now', 'close it although it is not due')
    .option('--index <name>', 'replace the key of this index, such as email')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async ({ now, index, url, keyFile }: Options) => {
      const body = checked(RotateKeysBody, index === undefined ? {} : { index });
      if (url !== undefined) return rotateThrough(url, keyFile, now === true || index !== undefined, body);
      const config = readConfig();
      await withSession(config, { keyFile }, async ({ vault, caller }) => {
        if (!now && index === undefined) {
          const wait = await notYetDue(vault, config.rotateEveryMs);
          if (wait !== undefined) return console.log(wait);
        }
        const { job } = await rotateKeys(vault, await caller(), body);
        const done = await follow(vault, await caller(), job);
        if (done !== undefined) tell(done);
      });
    });
}

export function addJobCommands(program: Command): void {
  const commands = program.command('jobs').description('long jobs: rotations and other work on the whole vault');
  commands
    .command('list')
    .description('list the latest long jobs, the newest first')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async ({ url, keyFile }: UrlOptions) => {
      const { jobs } = await (url === undefined
        ? call({ keyFile }, listJobs, { limit: LISTED })
        : through(url, keyFile, (client) => client.listJobs({ limit: LISTED })));
      console.log(table(COLUMNS, jobs));
    });
  commands
    .command('show <id>')
    .description('show how far a long job is, and what came of it')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const job = checked(JobIdSchema, id);
      const { detail, ...state } = await (url === undefined
        ? call({ keyFile }, readJob, { job })
        : through(url, keyFile, (client) => client.getJob(job)));
      const { step, done, total, ...rest } = state;
      const shown = { ...rest, ...(state.state === 'completed' ? {} : { step, done, total }), ...detail };
      for (const [name, value] of Object.entries(shown)) console.log(`${name.padEnd(14)} ${textOf(value)}`);
    });
}

/** Through a running server, which does the job; whether it is due, the server's own interval says. */
async function rotateThrough(
  url: string,
  keyFile: string | undefined,
  isOrder: boolean,
  body: { readonly index?: string | undefined },
): Promise<void> {
  await through(url, keyFile, async (client) => {
    const secrets = isOrder ? [] : (await client.listKeys()).filter(({ kind }) => kind === 'epoch_secret');
    const active = secrets.find(({ state }) => state === 'active');
    if (active?.dueAt !== undefined && !active.overdue) return console.log(notYet(active.dueAt));
    const done = await followThrough(client, await client.rotateKeys(body));
    if (done !== undefined) tell(done);
  });
}

async function notYetDue(vault: Vault, everyMs: number | undefined): Promise<string | undefined> {
  if (everyMs === undefined) return 'No schedule is set (LETHE_ROTATE_EVERY=off). Close the epoch with --now.';
  const dueAt = await rotationDueAt(vault, everyMs);
  if (dueAt.getTime() <= vault.clock().getTime()) return undefined;
  return notYet(dueAt.toISOString());
}

function notYet(dueAt: string): string {
  return `The epoch is due to be closed at ${dueAt}. Close it at once with --now.`;
}

/** What came of a job, for whoever ordered it. */
function tell({
  job,
  detail: { waitsFor, waitsForNodes, returned, ...detail },
}: {
  readonly job: string;
  readonly detail: JobView['detail'] | Job['detail'];
}): void {
  const told = Object.entries(detail).filter(([, value]) => !isEmpty(value));
  console.log([`Done: ${job}`, ...told.map(([name, value]) => `${name} ${textOf(value)}`)].join(', '));
  if (Array.isArray(waitsFor) && waitsFor.length > 0) {
    console.log(
      `NOT destroyed yet (epoch/what has not confirmed): ${textOf(waitsFor)}. Until it is, erasures of that epoch are not final.`,
    );
  }
  if (waitsForNodes !== undefined) {
    console.log(
      `NOT forgotten yet by: ${textOf(waitsForNodes)}. Until these nodes are back, or given up (npm run lethe -- nodes), erasures of that epoch are not final.`,
    );
  }
  if (returned !== undefined) {
    console.log(
      `DESTROYED AGAIN (epoch/slot): ${textOf(returned)}. These secrets had come back after they were destroyed, as from a copy of a folder: find out from where.`,
    );
  }
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function textOf(value: unknown): string {
  if (isEmpty(value)) return '-';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
