/**
 * Tells one node from another, and one folder from another, by a file with a random name for itself, and by which file
 * that is. The process's number and the host's name will not do: every container has a process 1 and a name of its own.
 *
 * Guarantees: the identity stays the same after a restart, in a container that is made anew on the same folder, and on
 * two hosts that reach one folder over NFS. A copy of the folder has another one, because a copied file is another
 * file.
 * Does not: detect a copy where a file system's numbers do not last (FUSE, overlays, CIFS), or a clone of a whole disk.
 */
import { readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { lineDigest } from '../../crypto/digest.ts';
import type { RandomSource } from '../../crypto/random.ts';
import { makeFolder } from '../../make-folder.ts';
import { createDurably } from '../slots/durable-file.ts';

const NODE_FILE = 'node.id';
const NAME_BYTES = 16;
const NAME_CHARACTERS = 32;

/**
 * The `f_type` of statfs(2) of file systems on which a file keeps its number: ext4, xfs, tmpfs, btrfs, zfs, f2fs, nfs.
 */
const LASTING: ReadonlySet<number> = new Set([
  ...[0xef53, 0x58465342, 0x01021994, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0x6969],
]);
/** Two clients of one server may disagree on when a file was made. */
const NFS = 0x6969;

/** @returns 32 hexadecimal digits that name this very file; undefined where it is not there or cannot be read */
export async function fingerprintOf(path: string): Promise<string | undefined> {
  try {
    const [content, file, { type }] = await Promise.all([
      readFile(path, 'ascii'),
      stat(path, { bigint: true }),
      statfs(path),
    ]);
    const digest = lineDigest();
    digest.add(content.trim());
    if (LASTING.has(type)) digest.add(`${file.ino}`);
    if (LASTING.has(type) && type !== NFS) digest.add(`${file.birthtimeNs}`);
    return digest.hex().slice(0, NAME_CHARACTERS);
  } catch {
    return undefined;
  }
}

/** @returns the name of the node of this folder; one for this process alone where nothing can be written there */
export async function nodeNameOf(keysPath: string, random: RandomSource): Promise<string> {
  const path = join(keysPath, NODE_FILE);
  const known = await fingerprintOf(path);
  if (known !== undefined) return `nod_${known}`;
  const fresh = random(NAME_BYTES).toString('hex');
  try {
    await makeFolder(keysPath);
    await createDurably(path, Buffer.from(`${fresh}\n`, 'ascii'));
  } catch {
    // A folder that is only read: nothing is put there that another process could destroy for this one.
  }
  return `nod_${(await fingerprintOf(path)) ?? fresh}`;
}
