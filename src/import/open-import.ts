/**
 * Begins an import, or goes on with one. It checks everything before it changes anything.
 *
 * Guarantees: it goes on only with the same input, map, vault and form of output as before. It overwrites a finished
 * output only when told to, and never the input. The first checkpoint is durable before the first call to the vault.
 */
import { type FileHandle, lstat, open, rm, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Clock } from '../clock.ts';
import { VaultError } from '../errors.ts';
import { LIMITS, type Limits } from './batch.ts';
import { type Checkpoint, loadCheckpoint, removeCheckpoint, saveCheckpoint, sha256 } from './checkpoint.ts';
import { csvFormat } from './csv.ts';
import type { ImportMap } from './map.ts';
import { ndjsonFormat } from './ndjson.ts';
import type { Format } from './row.ts';
import { outExists, Sink } from './sink.ts';

export interface ImportFiles {
  readonly input: string;
  readonly out: string;
  /** Default: `<out>.rejects.ndjson`. */
  readonly rejects?: string | undefined;
  /** The rejects also hold the refused rows, as far as `shown-row.ts` allows: personal data, like the input. */
  readonly rejectsWithRows?: boolean | undefined;
  readonly map: ImportMap;
  /** Names the vault, the tenant and the principal. One output must not hold the tokens of two vaults. */
  readonly target?: string | undefined;
  /** Starts over: removes the output, the rejects and the progress that are there. */
  readonly force?: boolean | undefined;
  /** Goes on even if the vault may have forgotten the calls that were under way when the import was killed. */
  readonly acceptRepeats?: boolean | undefined;
  readonly limits?: Limits | undefined;
}

/** The rows that are done, and the lengths of the files with exactly these rows. */
export type Mark = Pick<Checkpoint, 'done' | 'outBytes' | 'rejectsBytes'>;

export interface OpenImport {
  readonly id: string;
  readonly resumed: boolean;
  readonly sizeBytes: number;
  readonly limits: Limits;
  readonly format: Format;
  readonly done: Checkpoint['done'];
  readonly out: Sink;
  readonly rejects: Sink;
  /** Makes durable what has been done. @param settled whether nothing is under way */
  save(mark: Mark, settled: boolean): Promise<void>;
  /** @throws `import_changed` if the input has changed meanwhile */
  complete(): Promise<void>;
  /** Removes what was begun. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

const HEAD_BYTES = 64 * 1024;
/**
 * The vault forgets keys after 24 hours. One hour less allows for calls after the checkpoint and for clocks that
 * differ.
 */
const REMEMBERED_MS = 23 * 60 * 60 * 1000;

/** @throws `invalid_input`, `out_exists`, `import_…`; nothing has been changed then */
export async function openImport(files: ImportFiles, clock: Clock): Promise<OpenImport> {
  const file = await open(files.input, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new VaultError('invalid_input', `The input ${files.input} cannot be read (${cause.code}).`, { cause });
  });
  const opened: { close(): Promise<void> }[] = [file];
  const close = async () => {
    for (const each of opened.splice(0)) await each.close();
  };
  try {
    return { ...(await prepare(files, file, opened, clock)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepare(
  files: ImportFiles,
  file: FileHandle,
  opened: { close(): Promise<void> }[],
  clock: Clock,
): Promise<Omit<OpenImport, 'close'>> {
  const { map, out: outPath, rejects: rejectsPath = `${files.out}.rejects.ndjson` } = files;
  const progressPath = `${outPath}.progress`;
  await checkPaths(file, files.input, [outPath, rejectsPath, progressPath]);
  const input = await identify(file);
  const { format, form } = await formatOf(files, file, input.sizeBytes);
  const rows = files.rejectsWithRows ? ['rejects with rows'] : [];
  const command = await sha256(JSON.stringify([map, files.target ?? '', form, ...rows]));

  const before = files.force ? undefined : await loadCheckpoint(progressPath);
  if (before) checkSame(before, { input, command }, clock, files.acceptRepeats ?? false);
  if (files.force) for (const path of [progressPath, outPath, rejectsPath]) await rm(path, { force: true });
  if (!before) await checkAbsent([outPath, rejectsPath]);

  const begun = before ?? {
    version: 1,
    import: globalThis.crypto.randomUUID(),
    input,
    command,
    limits: files.limits ?? LIMITS,
    done: { inputBytes: 0, rows: 0, rejected: 0, values: map.fields.map(() => 0) },
    outBytes: 0,
    rejectsBytes: 0,
  };
  const checkpoint = (changes: Partial<Checkpoint>): Checkpoint => ({
    ...begun,
    version: 1,
    settled: false,
    savedAt: clock().toISOString(),
    ...changes,
  });
  await saveCheckpoint(progressPath, checkpoint({}));
  const out = await Sink.open(outPath, before?.outBytes);
  opened.push(out);
  const rejects = await Sink.open(rejectsPath, before?.rejectsBytes);
  opened.push(rejects);
  if (out.bytes === 0) await out.write(format.head);

  return {
    id: begun.import,
    resumed: before !== undefined,
    sizeBytes: input.sizeBytes,
    limits: begun.limits,
    format,
    done: begun.done,
    out,
    rejects,
    async save(mark, settled) {
      await out.sync();
      await rejects.sync();
      await saveCheckpoint(progressPath, checkpoint({ ...mark, settled }));
    },
    async complete() {
      await out.sync();
      await rejects.sync();
      const now = await identify(file);
      if (JSON.stringify(now) !== JSON.stringify(input)) throw changed('The input was changed while it was read');
      if (rejects.bytes === 0) await rm(rejectsPath, { force: true });
      await removeCheckpoint(progressPath);
    },
    async discard() {
      for (const path of [outPath, rejectsPath]) await rm(path, { force: true });
      await removeCheckpoint(progressPath);
    },
  };
}

function changed(what: string): VaultError {
  return new VaultError(
    'import_changed',
    `${what}: rows done before would not match. Put it back as it was; or start over with --force, which stores the ` +
      'values of the rows done so far a second time.',
  );
}

function checkSame(
  before: Checkpoint,
  now: Pick<Checkpoint, 'input' | 'command'>,
  clock: Clock,
  acceptRepeats: boolean,
): void {
  if (JSON.stringify(before.input) !== JSON.stringify(now.input)) {
    throw changed('This import was begun with another input file, or the file has been changed since');
  }
  if (before.command !== now.command) {
    throw changed('This import was begun with another map, vault, principal or form of output or rejects');
  }
  const ageMs = clock().getTime() - Date.parse(before.savedAt);
  if (before.settled || acceptRepeats || ageMs <= REMEMBERED_MS) return;
  throw new VaultError(
    'import_too_old',
    'This import was killed more than 23 hours ago, and the vault remembers for 24 which calls it has answered. Values ' +
      'of the few batches under way then may be stored a second time. To go on nevertheless, use --accept-repeats.',
  );
}

async function checkPaths(file: FileHandle, input: string, paths: readonly string[]): Promise<void> {
  const { dev, ino } = await file.stat();
  for (const path of paths) {
    const there = await stat(path).catch(() => undefined);
    if (resolve(path) === resolve(input) || (there?.dev === dev && there.ino === ino)) {
      throw new VaultError('invalid_input', `${path} is the input itself. Name another file.`);
    }
  }
  if (new Set(paths.map((path) => resolve(path))).size < paths.length) {
    throw new VaultError('invalid_input', 'The output and the rejects must be two files.');
  }
}

async function checkAbsent(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    // A link to nothing counts as something.
    if ((await lstat(path).catch(() => undefined)) !== undefined) throw outExists(path);
  }
}

async function identify(file: FileHandle): Promise<Checkpoint['input']> {
  const stats = await file.stat();
  if (!stats.isFile()) {
    throw new VaultError('invalid_input', 'The input must be a file: an import must be able to go on later.');
  }
  const head = Buffer.alloc(Math.min(HEAD_BYTES, stats.size));
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  return {
    sizeBytes: stats.size,
    modifiedAt: stats.mtime.toISOString(),
    head: await sha256(head.subarray(0, bytesRead)),
  };
}

/** By the endings of the names: .csv, .tsv; .ndjson, .jsonl. An output with another ending has the input's format. */
async function formatOf(
  { input, out, map }: ImportFiles,
  file: FileHandle,
  sizeBytes: number,
): Promise<{ format: Format; form: string }> {
  const [from, to] = [kindOf(input), kindOf(out)];
  if (from === undefined) {
    throw new VaultError('invalid_input', 'The name of the input must end in .ndjson or .jsonl, or in .csv or .tsv.');
  }
  if (from === 'ndjson') {
    if (to === 'csv') throw new VaultError('invalid_input', 'NDJSON becomes NDJSON: rows of CSV hold no objects.');
    if (map.delimiter) throw new VaultError('invalid_input', 'The "csv" of the map goes with an input of CSV.');
    return { format: ndjsonFormat(map, file), form: 'ndjson' };
  }
  const output = to ?? from;
  const delimiter = map.delimiter ?? (extname(input).toLowerCase() === '.tsv' ? '\t' : ',');
  const format = await csvFormat(map, file, sizeBytes, { delimiter, output });
  return { format, form: `csv${delimiter}${output}` };
}

function kindOf(path: string): 'csv' | 'ndjson' | undefined {
  const ending = extname(path).toLowerCase();
  if (ending === '.csv' || ending === '.tsv') return 'csv';
  return ending === '.ndjson' || ending === '.jsonl' ? 'ndjson' : undefined;
}
