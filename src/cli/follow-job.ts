/**
 * Follows a long job that a command has ordered: does it in this process unless another does it already, and shows how
 * far it is. An interrupt ends the work after its page and leaves the job to a running server, or to the same command.
 * Of a job that was ordered through a server (`--url`) it shows what the server does, and an interrupt ends no more
 * than that.
 */

import { runJobsOnce } from '../background/long-jobs.ts';
import type { Caller } from '../calls/caller.ts';
import type { LetheClient } from '../client/lethe-client.ts';
import type { Job } from '../client/shapes.ts';
import { systemClock } from '../clock.ts';
import { StartError } from '../errors.ts';
import type { JobId } from '../ids.ts';
import type { JobView } from '../jobs/schema.ts';
import { lookAgain } from '../operations/keys/read-job.ts';
import { remedyFor } from '../storage/errors.ts';
import type { Vault } from '../vault/vault.ts';
import { INTERRUPTED, listenForInterrupts } from './interrupts.ts';
import { showJob } from './job-bar.ts';

const LOOK_MS = 500;

/**
 * @returns the job, completed; undefined where it was interrupted, which has been said
 * @throws {StartError} where it failed, or waits for something
 */
export async function follow(vault: Vault, caller: Caller, job: JobId): Promise<JobView | undefined> {
  return endOf(await watch(vault, caller, job));
}

/** The same of a job that a server does. */
export async function followThrough(client: LetheClient, job: string): Promise<Job | undefined> {
  return endOf(await watchThrough(client, job));
}

type Ended<J> = J & { readonly interrupted: boolean };

/** @throws {StartError} where it failed, or waits for something */
export function endOf<J extends Pick<JobView, 'state' | 'code'> & { readonly job: string; readonly detail: object }>(
  ended: Ended<J>,
): J | undefined {
  const { interrupted, ...state } = ended;
  if (state.state === 'completed') return ended;
  if (interrupted) {
    console.error(`Stopped. ${state.job} goes on with a running server, or with the same command again.`);
    process.exitCode = INTERRUPTED;
    return undefined;
  }
  if (state.state === 'failed') {
    const { why } = state.detail as { readonly why?: unknown };
    const [cause, remedy] = typeof why === 'string' ? [`: ${why}`, remedyFor(why)] : [''];
    const todo = [remedy, 'It is not tried again by itself: mend the cause, then order it again.'];
    throw new StartError([`${state.job} has failed (${state.code}${cause}).`, ...todo].filter(Boolean).join(' '));
  }
  throw new StartError(
    `${state.job} waits (${state.code ?? 'not begun'}); a running server tries it again within a minute.`,
  );
}

/** Does the job, or waits for who does; ends where it is finished, waits for something, or was interrupted. */
async function watch(vault: Vault, caller: Caller, job: JobId): Promise<Ended<JobView>> {
  const { interrupted, stop } = listenForInterrupts();
  const bar = showJob(process.stderr, vault.clock);
  let running = true;
  let failure: unknown;
  const work = runJobsOnce(vault, { stopping: interrupted })
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      running = false;
    });
  try {
    for (;;) {
      const here = running;
      const state = await lookAgain(vault, caller, job);
      bar.update(state);
      // Another process does it, and its row says so; otherwise this one has done what it could.
      if (!here && (interrupted() || state.state !== 'running')) {
        if (failure !== undefined && state.state === 'waiting') throw failure;
        return { ...state, interrupted: interrupted() };
      }
      await Promise.race([new Promise((resume) => setTimeout(resume, LOOK_MS)), ...(here ? [work] : [])]);
    }
  } finally {
    bar.stop();
    await work;
    stop();
  }
}

/** As the server tells it; ends where it is finished, has come to wait for something, or was interrupted. */
export async function watchThrough(client: LetheClient, job: string): Promise<Ended<Job>> {
  const { interrupted, signal, stop } = listenForInterrupts();
  const bar = showJob(process.stderr, systemClock);
  let state = await client.getJob(job);
  const standing = state.updatedAt;
  try {
    for await (state of client.jobEvents(job, { signal })) {
      bar.update(state);
      // What it waited for before it was ordered now may be there.
      if (state.code !== undefined && state.updatedAt !== standing) break;
    }
  } catch (error) {
    if (!interrupted()) throw error;
  } finally {
    bar.stop();
    stop();
  }
  return { ...state, interrupted: interrupted() };
}
