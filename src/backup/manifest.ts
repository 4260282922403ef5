/**
 * The manifest of a backup: what is in its folder, of which vault, and under which epochs its keys are wrapped.
 *
 * Guarantees: it is written last, so a folder without one is no backup. Its MAC is under a key derived from the root
 * key, so a manifest that was altered, or made by another vault, is detected. It holds numbers, ids and times, nothing
 * personal.
 */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Of } from '../crypto/digest.ts';
import { StartError } from '../errors.ts';
import { writeDurably } from '../keyring/slots/durable-file.ts';
import type { BackupKey } from '../keyring/tree/backup-key.ts';
import type { CopyWatch } from '../storage/tx.ts';

export const FORMAT = 'lethe-backup/1';
export const MANIFEST = 'manifest.json';
const MB = 1_000_000;

const Body = z.strictObject({
  format: z.literal(FORMAT),
  vault: z.string(),
  store: z.enum(['records', 'keys']),
  engine: z.enum(['sqlite', 'postgres']),
  release: z.string(),
  /** The epoch under which new keys were wrapped when the copy began. */
  epoch: z.int().min(0),
  /** Every epoch under which a key in this copy may be wrapped. Once all are closed, the copy does not open. */
  openEpochs: z.array(z.int().min(0)),
  /** The last erasure whose keys had been destroyed by then. */
  newestErasure: z.strictObject({ erasure: z.string(), shreddedAt: z.string() }).optional(),
  rows: z.record(z.string(), z.int().min(0)),
  file: z.strictObject({ name: z.string().regex(/^[a-z.]+$/), sizeBytes: z.int().min(0), sha256: z.string() }),
  takenAt: z.iso.datetime(),
  tookMs: z.number().min(0),
});
const Signed = Body.extend({ mac: z.string().regex(/^[0-9a-f]{64}$/) });

export type ManifestBody = z.infer<typeof Body>;
export type Manifest = z.infer<typeof Signed>;

/** A backup: a folder with a manifest. */
export interface Backup {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Makes a backup of what is in the folder. */
export async function writeManifest(folder: string, body: ManifestBody, key: BackupKey): Promise<Manifest> {
  const manifest = { ...body, mac: key.mark(JSON.stringify(body)).toString('hex') };
  await writeDurably(join(folder, MANIFEST), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return manifest;
}

/**
 * Reads the manifest as it is written there, and verifies nothing yet.
 * @returns undefined where there is none: then the folder is no backup
 * @throws {StartError} for a file that is no manifest
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new StartError(`The manifest in ${folder} cannot be read (${error.code}).`);
  });
  if (text === undefined) return undefined;
  const parsed = Signed.safeParse(jsonOf(text));
  if (!parsed.success) throw new StartError(`The manifest in ${folder} is damaged, or of a later release.`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws {StartError} unless this vault wrote the manifest, and it is unaltered */
export function assertOurs({ folder, manifest }: Backup, key: BackupKey): void {
  const { mac, ...body } = manifest;
  if (!key.isMark(JSON.stringify(body), Buffer.from(mac, 'hex'))) {
    throw new StartError(
      `The manifest in ${folder} was altered, or made under another root key. Nothing has been changed.`,
    );
  }
}

/** @throws {StartError} unless the file is there, whole and unaltered. @returns its path */
export async function assertWhole({ folder, manifest: { file } }: Backup, watch?: CopyWatch): Promise<string> {
  const path = join(folder, file.name);
  const { size = -1 } = await stat(path).catch(() => ({ size: -1 }));
  if (size === file.sizeBytes && (await digestOf(path, file.sizeBytes, watch)) === file.sha256) return path;
  throw new StartError(
    `The backup in ${folder} is not whole, or was altered: ${file.name} is not what the manifest says.`,
  );
}

/** @param sizeBytes the size of the file @param watch is told the progress in megabytes */
export function digestOf(path: string, sizeBytes: number, watch?: CopyWatch): Promise<string> {
  return sha256Of(watched(createReadStream(path), sizeBytes, watch));
}

async function* watched(chunks: AsyncIterable<Buffer>, sizeBytes: number, watch: CopyWatch | undefined) {
  let done = 0;
  for await (const chunk of chunks) {
    done += chunk.length;
    watch?.(Math.ceil(done / MB), Math.ceil(sizeBytes / MB));
    yield chunk;
  }
}
