/** `lethe init`, `lethe serve` and `lethe status`. */
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { runServer } from '../http/run.ts';
import { getStatus } from '../vault/get-status.ts';
import { openVault } from '../vault/vault.ts';
import { withSession } from './session.ts';

export function addServerCommands(program: Command): void {
  program
    .command('init')
    .description('make the vault of an empty home, or check that an existing one opens')
    .action(async () => {
      const config = readConfig();
      const vault = await openVault(config);
      await vault.close();
      console.log(
        vault.firstKeyPath === undefined
          ? `The vault in ${config.home} opens.`
          : `Made a new vault in ${config.home}. The administrator’s API key is in ${vault.firstKeyPath}.`,
      );
    });

  program
    .command('serve')
    .description('serve the API (the same as npm start)')
    .action(() => runServer(readConfig()));

  program
    .command('status')
    .description('show the state of the stores, the epoch, and work that waits')
    .option('--key-file <file>', 'file with the API key of an administrator or the security team')
    .action(async ({ keyFile }: { keyFile?: string }) => {
      const status = await withSession(readConfig(), { keyFile }, async ({ vault, caller }) =>
        getStatus(vault, await caller()),
      );
      const { recordStore, keyStore, epoch, dirtyBuckets, unfinishedErasures, lastDrill } = status;
      const store = ({ engine, reachable }: typeof recordStore) =>
        `${engine}, ${reachable ? 'reachable' : 'NOT reachable'}`;
      console.log(`record store         ${store(recordStore)}`);
      console.log(`key store            ${store(keyStore)}`);
      console.log(`epoch                ${epoch}`);
      console.log(`dirty buckets        ${dirtyBuckets}`);
      console.log(`unfinished erasures  ${unfinishedErasures}`);
      const drilled = lastDrill && `${lastDrill.ok ? 'ok' : 'FAILED'} ${lastDrill.at}, due ${lastDrill.nextDueAt}`;
      console.log(`last drill           ${drilled ?? 'none'}`);
    });
}
