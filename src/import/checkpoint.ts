/**
 * How far an import has come. The file `<out>.progress` exists while an import is under way, and is removed when it is
 * done.
 *
 * Guarantees: what the file says was durable before it said so; the caller makes the output durable before it saves.
 * The file is replaced as a whole, so a crash at any moment leaves the last checkpoint or the one before. It holds
 * counts, lengths and hashes, no values.
 */
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { VaultError } from '../errors.ts';
import { syncFolder, unlessGone, writeNew } from '../files.ts';

const Count = z.int().min(0);
const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const CheckpointSchema = z.strictObject({
  version: z.literal(1),
  /** It is part of every idempotency key. */
  import: z.uuid(),
  /**
   * The input, which must not change. `command` covers the map, the vault and the form of the output, also unchanged.
   */
  input: z.strictObject({ sizeBytes: Count, modifiedAt: z.string(), head: Hash }),
  command: Hash,
  /** Batches use these limits to the end, even if a newer release has others. */
  limits: z.strictObject({ items: Count, bodyBytes: Count, rows: Count, inputBytes: Count }),
  /** `values` has a count for each field of the map. */
  done: z.strictObject({ inputBytes: Count, rows: Count, rejected: Count, values: z.array(Count) }),
  outBytes: Count,
  rejectsBytes: Count,
  /** Whether all that the vault has stored for this import is in the output. */
  settled: z.boolean(),
  savedAt: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof CheckpointSchema>;

/** @returns undefined if there is none @throws `import_damaged` if it cannot be read */
export async function loadCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const text = await readFile(path, 'utf8').catch(unlessGone);
  if (text === undefined) return undefined;
  try {
    return CheckpointSchema.parse(JSON.parse(text));
  } catch {
    throw new VaultError(
      'import_damaged',
      `${path} is damaged, or of another release. Start over with --force: values will be stored a second time.`,
    );
  }
}

/** @throws the file system's error; the previous checkpoint is still there then */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const draft = `${path}.new`;
  // A crash may have left half a draft, and a link there would be followed.
  await rm(draft, { force: true });
  await writeNew(draft, `${JSON.stringify(checkpoint)}\n`);
  await rename(draft, path);
  await syncName(path);
}

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(`${path}.new`, { force: true });
  await rm(path, { force: true });
  await syncName(path);
}

export async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return Buffer.from(await globalThis.crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** Windows cannot sync a folder. */
async function syncName(path: string): Promise<void> {
  await syncFolder(dirname(path)).catch(() => {});
}
