/** `lethe init`, `lethe serve` and `lethe status`. */
import type { Command } from 'commander';
import { type Config, readConfig } from '../config.ts';
import { runServer, whatToKeep } from '../http/serving/run.ts';
import { getStatus } from '../operations/oversight/get-status.ts';
import { wipe } from '../secret.ts';
import { workers } from '../settings.ts';
import { checked } from './arguments.ts';
import { call, openAsSet } from './session.ts';

export function addServerCommands(program: Command): void {
  program
    .command('init')
    .description('make the vault of an empty home, or check that an existing one opens')
    .action(async () => {
      const config = readConfig();
      const { vault, rootKey } = await openAsSet(config, { mayMake: true });
      wipe(rootKey);
      await vault.close();
      console.log(opened(config, vault.firstKeyPath));
    });

  program
    .command('serve')
    .description('serve the API (the same as npm start)')
    .option('--workers <n>', 'how many processes serve, in place of LETHE_WORKERS; above 1 on PostgreSQL only')
    .action(({ workers: given }: { workers?: string }) => {
      const config = readConfig();
      return runServer(given === undefined ? config : { ...config, workers: checked(workers, given) });
    });

  program
    .command('status')
    .description('show the state of the stores, the epoch, and work that waits')
    .option('--key-file <file>', 'file with the API key of an administrator or the security team')
    .action(async ({ keyFile }: { keyFile?: string }) => {
      const status = await call({ keyFile }, getStatus);
      const { release, recordStore, keyStore, epoch, dirtyBuckets, unfinishedErasures, lastDrill } = status;
      const store = ({ engine, reachable, schema }: typeof recordStore) =>
        `${engine}, ${reachable ? 'reachable' : 'NOT reachable'}, schema ${schema}`;
      console.log(`release              ${release}`);
      console.log(`record store         ${store(recordStore)}`);
      console.log(`key store            ${store(keyStore)}`);
      console.log(`epoch                ${epoch}`);
      console.log(`dirty buckets        ${dirtyBuckets}`);
      console.log(`unfinished erasures  ${unfinishedErasures}`);
      const drilled = lastDrill && `${lastDrill.ok ? 'ok' : 'FAILED'} ${lastDrill.at}, due ${lastDrill.nextDueAt}`;
      console.log(`last drill           ${drilled ?? 'none'}`);
    });
}

/** What `lethe init` says, with the next step, which depends on where the root key comes from. */
function opened(config: Config, firstKeyPath: string | undefined): string {
  const serve = 'npm run lethe -- serve';
  if (firstKeyPath !== undefined) {
    return [
      `Made a new vault in ${config.home}.`,
      `1. The administrator’s API key is in ${firstKeyPath}. Keep it; it is shown nowhere else.`,
      `2. ${whatToKeep(config)}`,
      `3. Serve it:  ${serve}`,
    ].join('\n');
  }
  if (config.rootKey.from !== 'shares') return `The vault in ${config.home} opens. Serve it:  ${serve}`;
  return [
    `The vault in ${config.home} opens with these shares. It is not served yet:`,
    `1. Start the server, which waits for shares of its own:  ${serve}`,
    '2. Each holder gives it one share:  npm run lethe -- unseal',
  ].join('\n');
}
