/** `lethe root split` and `lethe unseal`: several people hold the root key. */
import { text as allOf } from 'node:stream/consumers';
import type { Command } from 'commander';
import { z } from 'zod';
import { reasonOf } from '../client/errors.ts';
import { readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import { splitRoot } from '../operations/keys/split-root.ts';
import { findVault } from '../vault/home.ts';
import { Count, checked } from './arguments.ts';
import { assertCanHandOut, handOut } from './hand-out.ts';
import { askHidden } from './hidden-prompt.ts';
import { noAnswer, notThere } from './no-answer.ts';
import { addReplaceCommand } from './replace-root.ts';
import { KEY_FILE, withSession } from './session.ts';
import { oneShare, readShareFile } from './shares.ts';

const Progress = z.object({ sealed: z.boolean(), given: z.number(), needed: z.number() });
const Refusal = z.object({ code: z.string(), detail: z.string() });

interface SplitOptions {
  readonly shares: string;
  readonly threshold: string;
  readonly out?: string;
  readonly keyFile?: string;
}

export function addRootCommands(program: Command): void {
  const root = program.command('root').description('the root key: split it into shares, or replace it');
  root
    .command('split')
    .description('split the root key into shares, of which some open the vault')
    .requiredOption('--shares <n>', 'how many shares to make (at most 255)')
    .requiredOption('--threshold <m>', 'how many of them open the vault (at least 2)')
    .option('--out <folder>', 'write each share to a file of its own, mode 0600, in a new or empty folder')
    .option(...KEY_FILE)
    .action(split);
  addReplaceCommand(root);

  program
    .command('unseal')
    .description('give a sealed server one share of the root key (--share-file, standard input, or a hidden prompt)')
    .option('--url <url>', 'the sealed server', 'http://127.0.0.1:7300')
    .option('--plain-http', 'send the share over a network without TLS')
    .action(async ({ url, plainHttp }: { url: string; plainHttp?: true }, command: Command) => {
      const { shareFile = [] } = command.optsWithGlobals<{ shareFile?: string[] }>();
      await unseal(url, plainHttp ?? false, shareFile);
    });
}

async function split({ shares, threshold, out, keyFile }: SplitOptions): Promise<void> {
  const counts = { shares: checked(Count, shares), threshold: checked(Count, threshold) };
  const config = readConfig();
  await findVault(config);
  await assertCanHandOut(out);
  await withSession(config, { keyFile }, async ({ vault, caller }) => {
    const made = await splitRoot(vault, await caller(), counts);
    await handOut(made.lines, out);
    await made.takeEffect();
  });
  console.log(
    [
      `The root key is split: any ${counts.threshold} of ${counts.shares} shares open the vault${out === undefined ? '' : `; they are in ${out}`}.`,
      'Shares of an earlier splitting are refused from now on. They still make the same root key: `npm run lethe -- root replace` ends that.',
      '1. Give each share to one person. Remove the files once they have them.',
      '2. Stop the servers, set LETHE_ROOT_KEY_SHARES=true, start: each server waits for shares (lethe unseal).',
      config.rootKey.from === 'file'
        ? `3. When that has worked, delete ${config.rootKey.path} and every copy of it. Until then it opens the vault alone.`
        : '3. When that has worked, delete the root key wherever it came from. Until then it opens the vault alone.',
    ].join('\n'),
  );
}

/** @throws {StartError} with the server's own text if it refuses the share */
async function unseal(url: string, plainHttp: boolean, files: readonly string[]): Promise<void> {
  const target = endpoint(url, plainHttp);
  const [file, ...more] = files;
  if (more.length > 0) throw new StartError('A server is given one share at a time: name one --share-file.');
  const share = await readOneShare(file);
  const reply = await fetch(target, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ share }),
    redirect: 'error',
  }).catch((error: unknown) => {
    throw new StartError(noAnswer(url, reasonOf(error)));
  });
  const body: unknown = await reply.json().catch(() => undefined);
  const progress = Progress.safeParse(body);
  if (!reply.ok || !progress.success) {
    const { data: refusal } = Refusal.safeParse(body);
    throw new StartError(
      refusal === undefined ? notThere(url, 'What answers is no Lethe server.') : `${refusal.detail} (${refusal.code})`,
    );
  }
  const { sealed, given, needed } = progress.data;
  if (!sealed) console.log('The vault is open.');
  else
    console.log(
      `The share counts: ${given} of ${needed}. ${needed - given} more needed, within 30 minutes of the first.`,
    );
}

function endpoint(url: string, plainHttp: boolean): URL {
  if (!URL.canParse(url)) throw new StartError('--url must be a URL such as https://vault.example.com.');
  // A proxy may serve the vault under a path of its own.
  const target = new URL(url);
  target.pathname = `${target.pathname.replace(/\/+$/, '')}/v1/unseal`;
  [target.search, target.hash] = ['', ''];
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(target.hostname);
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && (local || plainHttp))) {
    throw new StartError(
      'A share goes to another machine over https only. Where the network itself is encrypted, --plain-http sends it over http.',
    );
  }
  return target;
}

async function readOneShare(file: string | undefined): Promise<string> {
  if (file !== undefined) return readShareFile(file);
  if (process.stdin.isTTY) return askHidden('Your share (not shown): ');
  return oneShare(await allOf(process.stdin), 'standard input');
}
