/**
 * `lethe keys rotate` and `lethe jobs`. A rotation is ordered through the same verb as over the API, and done in this
 * process unless another does it already; then this one shows how far that is.
 */
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import type { JobId } from '../ids.ts';
import { type JobView, RotateKeysBody } from '../jobs/schema.ts';
import { JobIdSchema } from '../schema.ts';
import { runJobsOnce } from '../vault/long-jobs.ts';
import { listJobs, lookAgain, readJob } from '../vault/read-job.ts';
import { rotateKeys } from '../vault/rotate-keys.ts';
import { rotationDueAt } from '../vault/scheduled-rotation.ts';
import type { Vault } from '../vault/vault.ts';
import { checked } from './arguments.ts';
import { showJob } from './job-bar.ts';
import { withSession } from './session.ts';

interface Options {
  readonly now?: boolean;
  readonly index?: string;
  readonly keyFile?: string;
}

const LOOK_MS = 500;
const KEY_FILE = ['--key-file <file>', 'file with the API key of the security team'] as const;

/** @param keys the command `lethe keys` */
export function addRotateCommand(keys: Command): void {
  keys
    .command('rotate')
    .description('close the epoch, which makes erasures final, where it is due; or replace an index key')
    .option('--now', 'close it although it is not due')
    .option('--index <name>', 'replace the key of this index, such as email')
    .option(...KEY_FILE)
    .action(async ({ now, index, keyFile }: Options) => {
      const config = readConfig();
      const body = checked(RotateKeysBody, index === undefined ? {} : { index });
      await withSession(config, { keyFile }, async ({ vault, caller }) => {
        if (!now && index === undefined) {
          const wait = await notYetDue(vault, config.rotateEveryMs);
          if (wait !== undefined) return console.log(wait);
        }
        const { job } = await rotateKeys(vault, await caller(), body);
        finish(await follow(vault, job));
      });
    });
}

export function addJobCommands(program: Command): void {
  const jobs = program.command('jobs').description('long jobs: rotations and other work on the whole vault');
  jobs
    .command('list')
    .description('the latest long jobs, the newest first')
    .option(...KEY_FILE)
    .action(async ({ keyFile }: Options) => {
      await withSession(readConfig(), { keyFile }, async ({ vault, caller }) => {
        for (const job of await listJobs(vault, await caller())) console.log(lineOf(job));
      });
    });
  jobs
    .command('show <id>')
    .description('how far a long job is, and what came of it')
    .option(...KEY_FILE)
    .action(async (id: string, { keyFile }: Options) => {
      const job = checked(JobIdSchema, id);
      await withSession(readConfig(), { keyFile }, async ({ vault, caller }) => {
        const { detail, ...state } = await readJob(vault, await caller(), job);
        const { step, done, total, ...rest } = state;
        const shown = { ...rest, ...(state.state === 'completed' ? {} : { step, done, total }), ...detail };
        for (const [name, value] of Object.entries(shown)) console.log(`${name.padEnd(14)} ${textOf(value)}`);
      });
    });
}

async function notYetDue(vault: Vault, everyMs: number | undefined): Promise<string | undefined> {
  if (everyMs === undefined) return 'No schedule is set (LETHE_ROTATE_EVERY=off). Close the epoch with --now.';
  const dueAt = await rotationDueAt(vault, everyMs);
  if (dueAt.getTime() <= vault.clock().getTime()) return undefined;
  return `The epoch is due to be closed at ${dueAt.toISOString()}. Close it at once with --now.`;
}

/** Does the job, or waits for who does; ends where it is finished, waits for something, or was interrupted. */
async function follow(vault: Vault, job: JobId): Promise<JobView & { readonly interrupted: boolean }> {
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const bar = showJob(process.stderr, vault.clock);
  let running = true;
  let failure: unknown;
  const work = runJobsOnce(vault, { stopping: () => interrupted })
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      running = false;
    });
  try {
    for (;;) {
      const here = running;
      const state = await lookAgain(vault, job);
      bar.update(state);
      // Another process does it, and its row says so; otherwise this one has done what it could.
      if (!here && (interrupted || state.state !== 'running')) {
        if (failure !== undefined && state.state === 'waiting') throw failure;
        return { ...state, interrupted };
      }
      await Promise.race([new Promise((resume) => setTimeout(resume, LOOK_MS)), ...(here ? [work] : [])]);
    }
  } finally {
    bar.stop();
    await work;
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function finish(state: JobView & { readonly interrupted: boolean }): void {
  if (state.state === 'completed') {
    const { waitsFor, ...detail } = state.detail;
    const told = Object.entries(detail).filter(([, value]) => !isEmpty(value));
    console.log([`Done: ${state.job}`, ...told.map(([name, value]) => `${name} ${textOf(value)}`)].join(', '));
    if (Array.isArray(waitsFor) && waitsFor.length > 0) {
      console.log(
        `NOT destroyed yet (epoch/slot): ${textOf(waitsFor)}. Until it is, erasures of that epoch are not final.`,
      );
    }
  } else if (state.interrupted) {
    console.error(`Stopped. ${state.job} goes on with a running server, or with the same command again.`);
    process.exitCode = 130;
  } else if (state.state === 'failed') {
    throw new StartError(`${state.job} has failed (${state.code}); it is tried again when it is ordered again.`);
  } else {
    throw new StartError(`${state.job} waits (${state.code ?? 'not begun'}); it is tried again by the next round.`);
  }
}

function lineOf({ job, kind, state, step, done, total, code, orderedAt }: JobView): string {
  const place = step === '' || state === 'completed' ? '-' : `${step} ${done}/${total}`;
  return [job, kind, state, place, code ?? '-', orderedAt].join('  ');
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function textOf(value: unknown): string {
  if (isEmpty(value)) return '-';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
