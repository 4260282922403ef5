/** `lethe root replace`: replaces a root key that was stolen, or that too many people have seen. */
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import {
  freshKey,
  newKeyOfFile,
  newKeyOfShares,
  type ReplaceRootOptions,
  replacementUnderWay,
  replaceRoot,
} from '../operations/keys/replace-root.ts';
import { secret } from '../secret.ts';
import type { Vault } from '../vault/vault.ts';
import { Count, checked } from './arguments.ts';
import { assertCanHandOut, handOut } from './hand-out.ts';
import { INTERRUPTED, listenForInterrupts } from './interrupts.ts';
import { showJob } from './job-bar.ts';
import { KEY_FILE, withSession } from './session.ts';
import { nextShare } from './shares.ts';

interface ReplaceOptions {
  readonly newKeyFile?: string;
  readonly shares?: string;
  readonly threshold?: string;
  readonly out?: string;
  readonly newShareFile: string[];
  readonly keyFile?: string;
}

type Pace = Parameters<NonNullable<ReplaceRootOptions['progress']>>[0];
type UnderWay = Awaited<ReturnType<typeof replacementUnderWay>>;

export function addReplaceCommand(root: Command): void {
  root
    .command('replace')
    .description('put a new root key in the place of the present one; stop the servers first')
    .option('--new-key-file <file>', 'file with the new root key; made if it is not there')
    .option('--shares <n>', 'split the new root key into so many shares instead')
    .option('--threshold <m>', 'how many of them open the vault')
    .option('--out <folder>', 'write each share to a file of its own, mode 0600, in a new or empty folder')
    .option(
      '--new-share-file <file>',
      'to go on after an interruption: a share of the new key; several times',
      several,
      [],
    )
    .option(...KEY_FILE)
    .action(replace);
}

function several(file: string, files: string[]): string[] {
  return [...files, file];
}

async function replace(options: ReplaceOptions): Promise<void> {
  const { newKeyFile, shares, threshold, out, newShareFile, keyFile } = options;
  if ((newKeyFile === undefined) === (shares === undefined && threshold === undefined)) {
    throw new StartError('Name --new-key-file, or --shares and --threshold.');
  }
  const config = readConfig();
  const underWay = await replacementUnderWay(config);
  const counts =
    newKeyFile === undefined ? { shares: checked(Count, shares), threshold: checked(Count, threshold) } : undefined;
  // If a replacement was interrupted, people already have its shares.
  const split =
    underWay === undefined && counts
      ? { ...counts, handOut: ({ lines }: { readonly lines: readonly string[] }) => handOut(lines, out) }
      : undefined;
  if (split !== undefined) await assertCanHandOut(out);
  using newKey = secret(await bringNewKey(newKeyFile, underWay, newShareFile));
  const done = await withSession(config, { keyFile, nextRootKey: newKey }, ({ vault, caller }) =>
    shown(vault, async (options) => replaceRoot(vault, await caller(), { newKey, split, ...options })),
  );
  if (!done) return;
  const source =
    newKeyFile === undefined
      ? 'LETHE_ROOT_KEY_SHARES=true'
      : `LETHE_ROOT_KEY_FILE=${newKeyFile}, or that file in the place of the old one`;
  console.log(
    [
      'The root key is replaced: nothing in the key store opens with the old one any more.',
      `1. Before you start the servers, configure the new one: ${source}.`,
      '2. See that the new root key, or each share of it, is kept apart from the data.',
      '3. Take a new copy of the key store (`npm run lethe -- backup DIR`): those from before open with the old root key alone.',
      '4. Destroy the old root key and its shares: an old copy of the key store and of its epoch’s secret open with it.',
    ].join('\n'),
  );
}

/**
 * Does the work and shows how far it is. The bar begins with the first step, because before that, shares of the new key
 * may be shown at the same terminal. If the work breaks off after that, the person is told to run it again.
 */
async function shown(
  { clock }: Vault,
  work: (options: Pick<ReplaceRootOptions, 'progress' | 'stopping'>) => Promise<void>,
): Promise<boolean> {
  const bar = showJob(process.stderr, clock);
  const { interrupted, stop } = listenForInterrupts();
  let last: Pace | undefined;
  try {
    await work({
      progress(pace) {
        last = pace;
        bar.update({ ...pace, state: 'running' });
      },
      stopping: interrupted,
    });
    if (last !== undefined) bar.update({ ...last, state: 'completed' });
    return true;
  } catch (error) {
    bar.stop();
    if (last === undefined) throw error;
    console.error(
      'Not finished: nothing serves until you run it again, with the same new key (its file, or its shares).',
    );
    if (!interrupted()) throw error;
    process.exitCode = INTERRUPTED;
    return false;
  } finally {
    bar.stop();
    stop();
  }
}

async function bringNewKey(
  newKeyFile: string | undefined,
  underWay: UnderWay,
  newShareFiles: readonly string[],
): Promise<Buffer> {
  if (newKeyFile !== undefined) return newKeyOfFile(newKeyFile);
  if (underWay === undefined) return freshKey();
  const which = (given: number, needed: number) =>
    `Share ${given + 1} of the ${needed} of the new root key that are needed`;
  return newKeyOfShares(underWay, nextShare(newShareFiles, which));
}
