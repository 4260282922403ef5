/** Vitest's global setup: one PostgreSQL server for the whole run, or the one that TEST_POSTGRES_URL names. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the server that tests make their databases on. */
    postgresUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given) {
    project.provide('postgresUrl', given);
    return undefined;
  }
  const { url, stop } = await startPostgres();
  project.provide('postgresUrl', url);
  return stop;
}

/**
 * Starts a server that ends with this process at the latest, however this process ends.
 * @throws with the server's last words if it did not start.
 */
export async function startPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const program = fileURLToPath(new URL('postgres-server.ts', import.meta.url));
  // A process group of its own: Ctrl-C reaches vitest alone, and the server stops when vitest's end of the pipe closes.
  const child = spawn(process.execPath, [program], { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.endsWith('\n')) resolve(said.trim());
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`PostgreSQL for the tests did not start. ${complaint}`)));
  });
  return {
    url,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
