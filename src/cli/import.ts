/**
 * `lethe import`: reads a file, and writes the same file with tokens. It opens the vault of `LETHE_HOME` itself, or,
 * with `--url`, uses one that runs elsewhere.
 */
import type { Command } from 'commander';
import type { TokenizeItem } from '../client/shapes.ts';
import { systemClock } from '../clock.ts';
import { type Config, readConfig } from '../config.ts';
import { validate } from '../http/validate.ts';
import { type ImportResult, importFile } from '../import/import-file.ts';
import { type ImportMap, readMap } from '../import/map.ts';
import { showProgress } from '../import/progress.ts';
import type { Tokenizer } from '../import/tokenize-batch.ts';
import { typeCatalogue } from '../operations/types/list-types.ts';
import { TokenizeBody } from '../operations/values/schema.ts';
import { tokenize } from '../operations/values/tokenize.ts';
import { INTERRUPTED, listenForInterrupts } from './interrupts.ts';
import { assertPrivate, clientOf } from './remote.ts';
import { readApiKey, withSession } from './session.ts';

/** A call may hold ten passwords, and the vault makes their verifiers while other calls wait for theirs. */
const TIMEOUT_MS = 60_000;

interface Options {
  readonly map: string;
  readonly out: string;
  readonly rejects?: string;
  readonly rejectsWithRows?: boolean;
  readonly keyFile?: string;
  readonly url?: string;
  readonly force?: boolean;
  readonly acceptRepeats?: boolean;
}

export function addImportCommand(program: Command): void {
  program
    .command('import <file>')
    .description('replace the values of an NDJSON or CSV file by tokens')
    .requiredOption('--map <file>', 'which fields become tokens of which data type (README.md, “Import”)')
    .requiredOption('--out <file>', 'where the file with tokens goes; the same command again goes on where it stopped')
    .option('--rejects <file>', 'where it is said which rows were refused, and why (default: <out>.rejects.ndjson)')
    .option('--rejects-with-rows', 'with the rows, too, but for cards, codes, PINs, passwords: personal data')
    .option('--key-file <file>', 'file with the API key of an app')
    .option('--url <url>', 'a running vault to use instead of the one in LETHE_HOME')
    .option('--force', 'start over, whatever is there')
    .option('--accept-repeats', 'go on after more than 23 hours, though a few values may then be stored twice')
    .action(async (input: string, { url, keyFile, map, ...files }: Options) => {
      const config = readConfig();
      const { signal } = listenForInterrupts();
      const types = typeCatalogue();
      const importMap = await readMap(
        map,
        types.map(({ name }) => name),
      );
      const options = {
        input,
        ...files,
        map: importMap,
        propertyNames: new Set(types.flatMap((type) => namesIn(type.input))),
        progress: showProgress(process.stderr, systemClock),
        clock: systemClock,
        signal,
      };
      const run: Run = (tokenizer, target) => importFile({ ...options, tokenizer, target });
      const result = await (url === undefined
        ? locally(config, keyFile, importMap, run)
        : remotely(config, keyFile, importMap, url, run));
      report(result, files);
      if (result.interrupted) process.exitCode = INTERRUPTED;
      else if (result.rejected > 0) process.exitCode = 2;
    });
}

/** The property names of a JSON Schema, and of the schemas within it. */
function namesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties } = schema as { properties?: object };
  return [...Object.keys(properties ?? {}), ...Object.values(schema).flatMap(namesIn)];
}

/** @param target names the vault and the principal: an import goes on only with those it began with */
type Run = (tokenizer: Tokenizer, target: string) => Promise<ImportResult>;

function locally(config: Config, keyFile: string | undefined, { purpose }: ImportMap, run: Run): Promise<ImportResult> {
  return withSession(config, { keyFile }, async ({ vault, caller }) => {
    const { tenant, principal } = await caller();
    const tokenizer: Tokenizer = {
      async tokenize(items, idempotencyKey) {
        const body = validate(TokenizeBody, { items, purpose });
        return (await tokenize(vault, await caller(idempotencyKey), body)).results;
      },
    };
    return run(tokenizer, `${tenant}/${principal}`);
  });
}

async function remotely(
  config: Config,
  keyFile: string | undefined,
  { purpose }: ImportMap,
  url: string,
  run: Run,
): Promise<ImportResult> {
  assertPrivate(url);
  const { LetheClient } = await import('../client/lethe-client.ts');
  const apiKey = await readApiKey(config, keyFile);
  const client = clientOf(() => new LetheClient({ url, apiKey, timeoutMs: TIMEOUT_MS }));
  // The id in an API key is not secret. It tells whose key it is.
  const target = `${url} ${apiKey.split('_')[1]}`;
  // A map may name any type; the vault says whether it has it.
  const remote: Tokenizer['tokenize'] = (items, idempotencyKey) =>
    client.tokenize(items as readonly TokenizeItem[], { purpose, idempotencyKey });
  return run({ tokenize: remote }, target);
}

function report(
  result: ImportResult,
  { out, rejects = `${out}.rejects.ndjson`, rejectsWithRows }: Pick<Options, 'out' | 'rejects' | 'rejectsWithRows'>,
): void {
  const { rows, rejected, values, rowsThisRun, valuesThisRun, seconds, unmatched, interrupted } = result;
  const rate = seconds > 0 ? ` (${Math.round(valuesThisRun / seconds)} values/s)` : '';
  const run = `${rowsThisRun} rows, ${valuesThisRun} values in ${seconds.toFixed(1)} s${rate}`;
  const whole = result.resumed ? `${rows} rows, ${values} values in all; in this run ${run}` : run;
  console.error(`${interrupted ? 'Stopped' : 'Done'}: ${whole}.`);
  if (interrupted) console.error('Run the same command again to go on.');
  const personal = rejectsWithRows ? ' It holds personal data.' : '';
  if (rejected > 0) console.error(`${rejected} rows were refused; ${rejects} says which and why.${personal}`);
  if (unmatched.length > 0) console.error(`No row had a value at ${unmatched.join(', ')}: is the map right?`);
}
