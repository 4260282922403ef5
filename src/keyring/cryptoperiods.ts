/**
 * How long keys protect new data at most, and who says so. NIST SP 800-57 part 1 rev. 5, section 5.3.6, table 1
 * suggests: symmetric master (key-derivation) keys about 1 year; key-wrapping, data-encryption and authentication keys
 * 2 years or less; private signature keys 1 to 3 years. Where the house is stricter it says that it is its own rule.
 *
 * Bucket and record keys have no date of their own: what wraps them is renewed with each epoch, a bucket takes no more
 * keys once it is full, and a record key seals one value, once.
 */
import type { KeyEntry, KeyKind } from './schema.ts';

const DAY = 24 * 60 * 60;
const YEAR = 365 * DAY;
const NIST = 'NIST SP 800-57 part 1 rev. 5, 5.3.6, table 1';

interface Cryptoperiod {
  readonly seconds: number;
  readonly source: string;
}

/** The time of an epoch where no interval of rotation is set. */
export const EPOCH_SECONDS = DAY;
export const SIGNING_KEY_SECONDS = YEAR;
export const INDEX_KEY_SECONDS = YEAR;

function cryptoperiodOf(kind: KeyKind, epochSeconds: number): Cryptoperiod | undefined {
  switch (kind) {
    case 'root_key':
      return { seconds: YEAR, source: `${NIST}: symmetric master key, about 1 year` };
    case 'epoch_secret':
    case 'epoch_key':
      return {
        seconds: epochSeconds,
        source: `house rule: the interval of rotation (${NIST}: key-wrapping key, 2 years)`,
      };
    case 'index_key':
      return {
        seconds: INDEX_KEY_SECONDS,
        source: `house rule: 1 year (${NIST}: symmetric authentication key, 2 years)`,
      };
    case 'mac_key':
      return { seconds: 2 * YEAR, source: `${NIST}: symmetric authentication key, 2 years` };
    case 'signing_key':
      return { seconds: SIGNING_KEY_SECONDS, source: `${NIST}: private signature key, 1 to 3 years` };
    default:
      return undefined;
  }
}

export type KeyWithoutPeriod = Omit<KeyEntry, 'cryptoperiodSeconds' | 'cryptoperiodSource' | 'dueAt' | 'overdue'>;

/** The entry, with how long such a key protects new data, and when this one is to be replaced. */
export function withPeriod(entry: KeyWithoutPeriod, now: Date, epochSeconds: number): KeyEntry {
  const period = cryptoperiodOf(entry.kind as KeyKind, epochSeconds);
  if (period === undefined) return entry;
  const told = { ...entry, cryptoperiodSeconds: period.seconds, cryptoperiodSource: period.source };
  const since = entry.activatedAt ?? entry.createdAt;
  if (since === undefined || entry.state !== 'active') return told;
  const dueAt = new Date(Date.parse(since) + period.seconds * 1000);
  return { ...told, dueAt: dueAt.toISOString(), overdue: dueAt <= now };
}
