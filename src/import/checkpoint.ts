/**
 * How far an import has come: `<out>.progress`, which is there while an import is under way and gone when it is done.
 *
 * Guarantees: what the file says was durable before it said so, and the file itself is replaced as a whole, so that a
 * crash at any moment leaves the last checkpoint or the one before. It holds counts, lengths and hashes, no values.
 * The caller makes the output durable before it saves.
 */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { VaultError } from '../errors.ts';

const Count = z.int().min(0);
const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const CheckpointSchema = z.strictObject({
  version: z.literal(1),
  /** Part of every idempotency key. */
  import: z.uuid(),
  /** What must not have changed: the input; and the map, the vault and the form of the output together. */
  input: z.strictObject({ sizeBytes: Count, modifiedAt: z.string(), head: Hash }),
  command: Hash,
  /** Batches are made with these to the end, whatever a newer release would use. */
  limits: z.strictObject({ items: Count, bodyBytes: Count, rows: Count, inputBytes: Count }),
  /** `values`: for each field of the map. */
  done: z.strictObject({ inputBytes: Count, rows: Count, rejected: Count, values: z.array(Count) }),
  outBytes: Count,
  rejectsBytes: Count,
  /** Whether all that the vault has stored for this import is in the output. */
  settled: z.boolean(),
  savedAt: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof CheckpointSchema>;

/** @returns undefined where there is none @throws `import_damaged` where it cannot be understood */
export async function loadCheckpoint(path: string): Promise<Checkpoint | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
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

/** @throws what the file system says; the checkpoint before is still there then */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const draft = `${path}.new`;
  // Half a draft may be left of a crash; and a link there would be written through.
  await rm(draft, { force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(checkpoint)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(path);
}

export async function removeCheckpoint(path: string): Promise<void> {
  await rm(`${path}.new`, { force: true });
  await rm(path, { force: true });
  await syncDirectory(path);
}

export async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return Buffer.from(await globalThis.crypto.subtle.digest('SHA-256', bytes)).toString('hex');
}

/** A new or removed name is durable only with its directory. Windows has no such thing. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
