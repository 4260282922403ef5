/**
 * A SoftHSM2 token of a test's own: a PKCS#11 token that keeps its objects in files of a temporary folder. The library
 * reads SOFTHSM2_CONF when it is initialised, so a process has one folder; a test file makes it once and takes a new
 * token for each test.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Cryptoki } from '../../src/keyring/slots/pkcs11-library.ts';
import { temporaryFolder } from './temporary.ts';

const LIBRARIES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];
const PIN = '4711-pin';

export interface SoftHsm {
  readonly library: string;
  readonly pin: string;
  readonly folder: string;
  /** A new, empty token. @returns its label */
  newToken(label?: string): string;
  remove(): Promise<void>;
}

/** @returns undefined, having said why, where SoftHSM2 or pkcs11js is not installed */
export async function softHsm(): Promise<SoftHsm | undefined> {
  const library = LIBRARIES.find((path) => existsSync(path));
  if (library === undefined || !isBuilt()) {
    const missing = library === undefined ? 'SoftHSM2 (Debian: softhsm2)' : 'the package pkcs11js';
    process.stderr.write(`No HSM is tested: ${missing} is not installed.\n`);
    return undefined;
  }
  const { path: folder, remove } = await temporaryFolder();
  await mkdir(`${folder}/tokens`);
  const conf = `${folder}/softhsm2.conf`;
  await writeFile(conf, `directories.tokendir = ${folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n`);
  process.env.SOFTHSM2_CONF = conf;
  let tokens = 0;
  return {
    ...{ library, pin: PIN, folder },
    async remove() {
      delete process.env.SOFTHSM2_CONF;
      await remove();
    },
    newToken(label = `lethe-test-${++tokens}`) {
      const pins = ['--so-pin', '12345678', '--pin', PIN];
      execFileSync('softhsm2-util', ['--init-token', '--free', '--label', label, ...pins], {
        env: { ...process.env, SOFTHSM2_CONF: conf },
        stdio: 'pipe',
      });
      return label;
    },
  };
}

/** The package is loaded the way the vault loads it, since there may be none. */
export function pkcs11js(): { PKCS11: new () => Cryptoki } {
  return createRequire(import.meta.url)('pkcs11js');
}

function isBuilt(): boolean {
  try {
    pkcs11js();
    return true;
  } catch {
    return false;
  }
}

/** Calls past the slot, as another program would make them. */
export function onToken<R>(
  library: string,
  token: string,
  pin: string | undefined,
  work: (cryptoki: Cryptoki, session: Buffer) => R,
): R {
  const cryptoki = new (pkcs11js().PKCS11)();
  cryptoki.load(library);
  const mine = quietly(() => cryptoki.C_Initialize());
  try {
    const slot = cryptoki.C_GetSlotList(true).find((it) => cryptoki.C_GetTokenInfo(it).label.trim() === token);
    const session = cryptoki.C_OpenSession(slot as Buffer, 6);
    if (pin !== undefined) cryptoki.C_Login(session, 1, pin);
    try {
      return work(cryptoki, session);
    } finally {
      quietly(() => cryptoki.C_CloseSession(session));
    }
  } finally {
    if (mine) quietly(() => cryptoki.C_Finalize());
    cryptoki.close();
  }
}

function quietly(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
