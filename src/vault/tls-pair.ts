/**
 * The certificate and key with which a server speaks TLS, as files hold them.
 *
 * Guarantees: what is returned belongs together, has not ended, and its key is open to nobody but the files' own user
 * and group. No error shows a piece of a file.
 * Does not: judge who issued the certificate, or for which name: clients do.
 */
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { endOfCertificate } from '../crypto/certificates.ts';
import { StartError } from '../errors.ts';
import { isOpenToAll } from '../files.ts';

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly endsAt: Date;
}

/** @throws {StartError} saying which file is at fault, and what to do */
export async function readPair({ certificate, key: keyPath }: TlsFiles, now = new Date()): Promise<Pair> {
  const read = (path: string, setting: string) =>
    readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw new StartError(`${setting}: ${path} cannot be read (${error.code}).`);
    });
  const cert = await read(certificate, 'LETHE_TLS_CERT');
  const key = await read(keyPath, 'LETHE_TLS_KEY');
  if (isOpenToAll(await stat(keyPath))) {
    throw new StartError(`LETHE_TLS_KEY: ${keyPath} is open to others: chmod g-w,o= ${keyPath}`);
  }
  try {
    createSecureContext({ cert, key });
  } catch {
    // OpenSSL's text may show a piece of what it could not read.
    throw new StartError('LETHE_TLS_CERT and LETHE_TLS_KEY are no certificate (PEM, the chain after it) and its key.');
  }
  const endsAt = endOfCertificate(cert);
  if (endsAt <= now) throw new StartError(`LETHE_TLS_CERT: ${certificate} has ended: ${endsAt.toISOString()}.`);
  return { cert, key, endsAt };
}
