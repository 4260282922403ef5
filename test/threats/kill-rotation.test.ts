/**
 * kill -9 at any moment of a rotation. A real server closes one epoch after another while callers store, correct, erase
 * and search; it is killed at random, and as soon as the job is seen in each of its steps. Then the stores and files
 * themselves must be safe (`from-outside.ts`), and the server, started again, must finish the job and hold everything
 * that was acknowledged. `npm run soak` kills for a long time. Losing power is more than this: then the disk's own
 * promises count.
 */
import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LetheUnreachableError } from '../../src/client/errors.ts';
import { LetheClient } from '../../src/client/lethe-client.ts';
import { verifyCertificate } from '../../src/vault/verify-certificate.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { ENGINES } from '../support/stores.ts';
import { Callers, newPrincipal, pause } from './callers.ts';
import { openDirectly } from './database.ts';
import { expectSafe, jobsOf } from './from-outside.ts';
import { newPlace, type Place } from './place.ts';

const SOAK = process.env.SOAK === '1';
const KILLS = SOAK ? Number(process.env.SOAK_KILLS ?? 200) : 8;
const MAIN = fileURLToPath(new URL('../support/quick-takeover.ts', import.meta.url));
const STEPS = ['make_secret', 'rewrap', 'verify', 'destroy'];
/** How long a restarted server may take to end a job that the killed one left. */
const RESUME_MS = 20_000;
const LOOK_MS = 2;

/** The member of the security team who orders a rotation, follows it to its end, and orders the next. */
class Rotator {
  completed = 0;
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
        this.completed += 1;
        return detail;
      }
      expect(performance.now(), `${job} is still ${state} in ${step}`).toBeLessThan(deadline);
      await pause(10);
    }
  }

  #client(url: string): LetheClient {
    return new LetheClient({ url, apiKey: this.#apiKey, retries: 0 });
  }
}

/** Looks at the jobs until one is in the step. */
async function seen(place: Place, step: string): Promise<void> {
  const records = await openDirectly(place.recordStoreUrl, { readonly: true });
  try {
    const deadline = performance.now() + RESUME_MS;
    for (;;) {
      const last = (await jobsOf(records)).at(-1);
      if (last?.state === 'running' && last.step === step) return;
      expect(performance.now(), `${step} is never seen`).toBeLessThan(deadline);
      await pause(LOOK_MS);
    }
  } finally {
    await records.close();
  }
}

/** The step in which the kill found the job, if there was one. */
async function interruptedIn(place: Place): Promise<string | undefined> {
  const records = await openDirectly(place.recordStoreUrl, { readonly: true });
  try {
    const last = (await jobsOf(records)).at(-1);
    return last?.state === 'running' ? last.step : last?.state;
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

describe.each(ENGINES)('on %s', (engine) => {
  test(
    'a rotation killed at every step goes on: all that lives opens, no certificate is early, no secret in use is lost',
    async () => {
      const place = await newPlace(engine);
      const { recordStoreUrl, keyStoreUrl, folder } = place;
      const outside = { recordStoreUrl, keyStoreUrl, keysPath: `${folder}/keys` };
      let server: ServerProcess | undefined;
      onTestFinished(async () => void (await server?.end('SIGKILL')));
      const options = {
        main: MAIN,
        log: `${folder}/server.log`,
        env: { RECORD_STORE_URL: recordStoreUrl, KEY_STORE_URL: keyStoreUrl, LETHE_LOG_LEVEL: 'warn' },
      };
      server = await startServer(folder, options);
      const admin = (await readFile(`${folder}/keys/admin.key`, 'ascii')).trim();
      const app = await newPrincipal(server.url, admin, 'app');
      const callers = new Callers(app, { contended: true });
      const rotator = new Rotator(await newPrincipal(server.url, admin, 'security'));

      const hits: Record<string, number> = {};
      const missed = () => STEPS.filter((step) => hits[step] === undefined);
      for (let kill = 0; kill < KILLS || (missed().length > 0 && kill < 3 * KILLS); kill += 1) {
        const aim = kill % 2 === 0 || kill >= KILLS ? (missed()[0] ?? STEPS[(kill / 2) % STEPS.length]) : undefined;
        const working = Promise.all([callers.work(server.url), rotator.work(server.url)]);
        // They end with the server, or with what they found to be wrong.
        const due = aim === undefined ? pause(20 + randomInt(400)) : seen(place, aim);
        await Promise.race([due, working]);
        await server.end('SIGKILL');
        await working;
        const step = (await interruptedIn(place)) ?? 'none';
        hits[step] = (hits[step] ?? 0) + 1;
        await expectSafe(outside);
        // Now and then the next start is killed as well.
        if (kill % 4 === 3) {
          const dying = startServer(folder, { ...options, dieAfterMs: 200 + randomInt(1_500) });
          await (await dying.catch(() => undefined))?.end('SIGKILL');
          await expectSafe(outside);
        }
        server = await startServer(folder, options);
        callers.settled();
        await callers.verify(server.url);
        await callers.search(server.url);
        await callers.repeat(server.url);
        await expectJobsCompleted(place);
      }

      await expectErasuresCompleted(place);
      await rotator.rotate(server.url);
      await callers.verify(server.url);
      await callers.search(server.url, 200);
      await expectCertificates(server.url, app, callers.erasures);
      await server.end('SIGKILL');
      await expectSafe(outside);
      const summary = JSON.stringify({ hits, ...callers.acknowledged, rotations: rotator.completed });
      if (SOAK) process.stdout.write(`${engine}: killed in ${summary}\n`);
      expect(missed(), summary).toEqual([]);
      const { stored, corrected, erased } = callers.acknowledged;
      expect(Math.min(stored, corrected, erased), summary).toBeGreaterThan(0);
    },
    SOAK ? 3_600_000 : 120_000,
  );
});
