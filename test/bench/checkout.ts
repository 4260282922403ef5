/**
 * A folder with the code of a vault, whose server and command are measured: this one, or another that is measured in
 * turns with it. The other may be older. It is never imported: its programs are started, and asked over HTTP.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Checkout {
  readonly name: 'this' | 'other';
  readonly root: string;
  readonly revision: string;
  /** Whether files differ from that revision. */
  readonly changed: boolean;
}

/** The root of this checkout. */
export const HERE = resolve(import.meta.dirname, '../..');

export function thisCheckout(): Checkout {
  return checkoutAt('this', HERE);
}

/** @throws if the folder has no vault, or its packages are not installed */
export function otherCheckout(folder: string): Checkout {
  const root = resolve(folder);
  for (const needed of ['src/main.ts', 'src/cli.ts', 'node_modules']) {
    if (!existsSync(join(root, needed))) throw new Error(`--against: ${join(root, needed)} is not there.`);
  }
  return checkoutAt('other', root);
}

function checkoutAt(name: Checkout['name'], root: string): Checkout {
  const revision = git(root, 'rev-parse', '--short=12', 'HEAD') || 'unknown';
  return { name, root, revision, changed: git(root, 'status', '--porcelain') !== '' };
}

function git(root: string, ...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '';
  }
}
