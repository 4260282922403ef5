/**
 * kill -9 at any moment of a rotation. A real server closes one epoch after another while callers store, correct, erase
 * and search; it is killed at random, and as soon as the job is seen in each of its steps. Then the stores and files
 * themselves must be safe (`from-outside.ts`), and the server, started again, must finish the job and hold everything
 * that was acknowledged. `npm run soak` kills for a long time. Losing power is more than this: then the disk's own
 * promises count.
 */
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { listBackups } from '../../src/backup/backups.ts';
import { LetheUnreachableError } from '../../src/client/errors.ts';
import { LetheClient } from '../../src/client/lethe-client.ts';
import { verifyCertificate } from '../../src/operations/erasures/verify-certificate.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { ENGINES } from '../support/stores.ts';
import { Callers, newPrincipal, pause } from './callers.ts';
import { type DirectDatabase, openDirectly } from './database.ts';
import { begunOf, expectBegun, expectSafe, lastJobOf, rotationsOf } from './from-outside.ts';
import { newPlace, type Place } from './place.ts';

const SOAK = process.env.SOAK === '1';
const KILLS = SOAK ? Number(process.env.SOAK_KILLS ?? 200) : 5;
const STEPS = ['make_secret', 'rewrap', 'verify', 'destroy'];
/**
 * How long a restarted server may take to end a job that the killed one left. Less than the minute after which it looks
 * at its jobs anew: one that was put off, or forgotten, is not to be taken for a slow one.
 */
const RESUME_MS = 45_000;
const LOOK_MS = 2;

/** The member of the security team who orders a rotation, follows it to its end, and orders the next. */
class Rotator {
  readonly #apiKey: string;

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  /** Until the server is gone. */
  async work(url: string): Promise<void> {
    for (;;) {
      const ended = await this.rotate(url).catch((error: unknown) => {
        if (error instanceof LetheUnreachableError) return undefined;
        throw error;
      });
      if (ended === undefined) return;
      await pause(randomInt(30));
    }
  }

  /** Orders a rotation, or finds the one that is unfinished, and sees it completed. */
  async rotate(url: string): Promise<Record<string, unknown>> {
    const client = this.#client(url);
    return this.#follow(client, await client.rotateKeys());
  }

  async #follow(client: LetheClient, job: string): Promise<Record<string, unknown>> {
    const deadline = performance.now() + RESUME_MS;
    for (;;) {
      const { state, step, code, detail } = await client.getJob(job);
      // Neither failed nor put off: everything is within reach all the while.
      expect({ state, code }, `${job} in ${step}`).toEqual({ state: expect.not.stringMatching('failed') });
      if (state === 'completed') {
        expect(detail, job).toMatchObject({ waitsFor: [], without: [] });
        return detail;
      }
      expect(performance.now(), `${job} is still ${state} in ${step}`).toBeLessThan(deadline);
      await pause(10);
    }
  }

  #client(url: string): LetheClient {
    return new LetheClient({ url, apiKey: this.#apiKey, retries: 0, timeoutMs: RESUME_MS });
  }
}

/**
 * Looks at the jobs until one is in the step, or nobody waits for it any more.
 * @param step undefined: in any
 * @returns false where the step was not seen although rotations went on: it takes some milliseconds, and a loaded machine
 *   may look away so long. One that hangs, or was put off, is another matter
 */
async function seen(place: Place, step: string | undefined, still: () => boolean): Promise<boolean> {
  const records = await openDirectly(place.recordStoreUrl, { readonly: true });
  try {
    const before = await rotationsOf(records);
    const deadline = performance.now() + RESUME_MS;
    while (still()) {
      const last = await lastJobOf(records);
      if (last?.state === 'running' && last.step === (step ?? last.step)) return true;
      if (performance.now() > deadline) {
        const since = (await rotationsOf(records)) - before;
        expect(since, `rotations without ${step}: ${JSON.stringify(last)}`).toBeGreaterThan(0);
        return false;
      }
      await pause(LOOK_MS);
    }
    return false;
  } finally {
    await records.close();
  }
}

/** The step in which the kill found the job, if there was one. */
async function interruptedIn(place: Place): Promise<string | undefined> {
  const last = await lookAt(place, lastJobOf);
  return last?.state === 'running' ? last.step : last?.state;
}

async function lookAt<R>(place: Place, look: (records: DirectDatabase) => Promise<R>): Promise<R> {
  const records = await openDirectly(place.recordStoreUrl, { readonly: true });
  try {
    return await look(records);
  } finally {
    await records.close();
  }
}

/** The restarted server ends what the killed one had begun, without being asked. */
async function expectJobsCompleted(place: Place): Promise<void> {
  await until(place, 'SELECT job, state, step, code FROM jobs WHERE finished_at IS NULL');
  await until(place, "SELECT job, state, step, code FROM jobs WHERE state <> 'completed'");
}

/** What could not be completed while others used the stores is completed when the server starts. */
function expectErasuresCompleted(place: Place): Promise<void> {
  return until(place, "SELECT erasure, state FROM erasures WHERE state <> 'completed'");
}

/** Asks the record store until nothing is found. */
async function until(place: Place, statement: string): Promise<void> {
  const records = await openDirectly(place.recordStoreUrl, { readonly: true });
  try {
    const deadline = performance.now() + RESUME_MS;
    for (;;) {
      const left = await records.ask(statement);
      if (left.length === 0) return;
      if (performance.now() > deadline) expect(left).toEqual([]);
      await pause(20);
    }
  } finally {
    await records.close();
  }
}

async function expectCertificates(url: string, apiKey: string, erasures: readonly string[]): Promise<void> {
  const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as { keys: unknown[] };
  for (const erasure of erasures) {
    const reply = await fetch(`${url}/v1/erasures/${erasure}/certificate`, {
      headers: { Authorization: `Bearer ${apiKey}` },
    });
    const body = (await reply.json()) as { state: string; certificate: string };
    expect(body.state, JSON.stringify(body)).toBe('final');
    expect(await verifyCertificate(body.certificate, keys)).toMatchObject({ ok: true, statement: { jti: erasure } });
  }
}

/** As whoever runs the vault does: hundreds of copies would fill the disk. */
async function keepNewestCopy(copiesPath: string): Promise<void> {
  if (!existsSync(copiesPath)) return;
  const [, ...older] = await listBackups(copiesPath, 'keys');
  for (const { folder } of older) await rm(folder, { recursive: true });
}

describe.each(ENGINES)('on %s', (engine) => {
  test(
    'a rotation killed at every step goes on: all that lives opens, no certificate is early, no secret in use is lost',
    async () => {
      const place = await newPlace(engine);
      const { recordStoreUrl, keyStoreUrl, folder } = place;
      const outside = { recordStoreUrl, keyStoreUrl, keysPath: `${folder}/keys`, copiesPath: `${folder}/copies` };
      let server: ServerProcess | undefined;
      onTestFinished(async () => void (await server?.end('SIGKILL')));
      const options = {
        main: inject('programs').quickTakeover,
        log: `${folder}/server.log`,
        env: {
          ...{ RECORD_STORE_URL: recordStoreUrl, KEY_STORE_URL: keyStoreUrl, LETHE_LOG_LEVEL: 'warn' },
          LETHE_KEY_BACKUP_DIR: outside.copiesPath,
        },
      };
      server = await startServer(folder, options);
      const admin = (await readFile(`${folder}/keys/admin.key`, 'ascii')).trim();
      const app = await newPrincipal(server.url, admin, 'app');
      const callers = new Callers(app, { contended: true });
      const rotator = new Rotator(await newPrincipal(server.url, admin, 'security'));

      const hits: Record<string, number> = {};
      const missed = () => STEPS.filter((step) => hits[step] === undefined);
      const count = { kills: 0, startsKilled: 0, aimsMissed: 0, secretsTakenUp: 0, rotations: 0 };
      const summary = () =>
        `${engine}: ${JSON.stringify({ hits, ...count, ...callers.acknowledged, erasures: callers.erasures.length })}\n`;
      const killed = async () => {
        await expectSafe(outside);
        await keepNewestCopy(outside.copiesPath);
      };
      try {
        for (; count.kills < KILLS || (missed().length > 0 && count.kills < KILLS + 16); ) {
          const { kills } = count;
          const aim =
            kills % 2 === 0 || kills >= KILLS ? (missed()[0] ?? STEPS[(kills / 2) % STEPS.length]) : undefined;
          let looking = true;
          // At a step, at any moment of a rotation, or at any moment.
          const due =
            aim === undefined && kills % 4 === 1
              ? pause(20 + randomInt(400)).then(() => true)
              : seen(place, aim, () => looking);
          // They end with the server, or with what they found to be wrong.
          const working = Promise.all([callers.work(server.url), rotator.work(server.url)]);
          const hit = await Promise.race([due, working]).finally(() => {
            looking = false;
          });
          if (hit === false) count.aimsMissed += 1;
          if (aim === undefined) await Promise.race([pause(randomInt(400)), working]);
          expect(await server.end('SIGKILL'), 'what it ended with by itself').toBeNull();
          await working;
          count.kills += 1;
          const step = (await interruptedIn(place)) ?? 'none';
          hits[step] = (hits[step] ?? 0) + 1;
          await killed();
          const begun = await begunOf(outside);
          // Now and then the next start is killed as well.
          if (kills % 4 === 3) {
            const dying = startServer(folder, { ...options, dieAfterMs: 200 + randomInt(1_500) });
            await (await dying.catch(() => undefined))?.end('SIGKILL');
            count.startsKilled += 1;
            await killed();
          }
          server = await startServer(folder, options);
          callers.settled();
          await callers.verify(server.url);
          await callers.search(server.url);
          await callers.repeat(server.url);
          await expectJobsCompleted(place);
          count.rotations = await lookAt(place, rotationsOf);
          if (begun !== undefined) {
            await expectBegun(outside, begun);
            count.secretsTakenUp += 1;
          }
          if (SOAK && count.kills % 20 === 0) process.stdout.write(summary());
        }

        await expectErasuresCompleted(place);
        await rotator.rotate(server.url);
        await callers.verify(server.url);
        await callers.search(server.url, 200);
        await expectCertificates(server.url, app, callers.erasures);
        await server.end('SIGKILL');
        await killed();
        if (SOAK) process.stdout.write(summary());
        expect(missed(), summary()).toEqual([]);
        const { stored, corrected, erased } = callers.acknowledged;
        expect(Math.min(stored, corrected, erased), summary()).toBeGreaterThan(0);
      } catch (error) {
        process.stdout.write(`${summary()}${(await readFile(options.log, 'utf8')).slice(-4_000)}\n`);
        throw error;
      }
    },
    SOAK ? KILLS * 60_000 : 300_000,
  );
});
