/** Tells who starts a vault why a store cannot be opened: which one, where it is, its setting, and what to do. */
import { StartError } from '../../errors.ts';
import { CALLED, driverCode, StoreCorruptError, storeError } from '../errors.ts';
import type { StoreName } from '../table.ts';
import { remedyOf } from './remedies.ts';
import { printableUrl, sqlitePath } from './url.ts';

export const SETTING: Record<StoreName, string> = { records: 'RECORD_STORE_URL', keys: 'KEY_STORE_URL' };

/** Makes the error, without a driver's text. */
export function cannotOpen(name: StoreName, url: string, error: unknown): StartError {
  if (error instanceof StartError) return error;
  const cause = storeError(error);
  const code = driverCode(cause) ?? cause.code;
  const what = `The ${CALLED[name]} (${printableUrl(url)})`;
  if (cause instanceof StoreCorruptError) {
    return new StartError(
      `${what} is damaged, as its own database says (${code}). Write nothing to it; put its newest copy back: \`npm run lethe -- restore\`, then \`npm run lethe -- recover\` (keys/README.md). Where that is no file of a store at all, correct ${SETTING[name]}.`,
      { cause },
    );
  }
  const next = [remedyOf(code), `Check ${SETTING[name]}${sqlitePath(url) === undefined ? '' : ' and LETHE_HOME'}.`];
  return new StartError(`${what} cannot be opened (${code}). ${next.filter(Boolean).join(' ')}`, { cause });
}
