/**
 * Puts rows together into batches, each at most one call.
 *
 * Guarantees: a batch depends only on the limits and on the input from its first row on. It does not depend on time, or
 * on how the input was read. So an import that goes on from the end of a batch makes the same batches again, and with
 * them the same calls.
 */
import { type Fault, RowError } from './errors.ts';
import type { Item, Shaped } from './items.ts';
import type { Format, Row } from './row.ts';

/** What a batch holds at most. A single row that exceeds `bodyBytes` or `items` is refused. */
export interface Limits {
  readonly items: number;
  /** The size of the items as JSON. */
  readonly bodyBytes: number;
  /** Rows that need no call count as well, so that memory stays bounded. */
  readonly rows: number;
  readonly inputBytes: number;
}

/** The vault takes no more than 1,000 items and 1 MiB in one call. */
export const LIMITS: Limits = { items: 1_000, bodyBytes: 700_000, rows: 1_000, inputBytes: 4 * 1024 * 1024 };

export interface Entry {
  readonly row: Row;
  readonly shaped: Shaped;
  readonly fault: Fault | undefined;
  /** The size of its items as JSON. */
  readonly bodyBytes: number;
  /** The weight of its items together. */
  readonly weight: number;
}

export type Batch = readonly [Entry, ...Entry[]];

/**
 * How much a password counts. Making a verifier of it takes a processor a fifth of a second, and a call must end before
 * its caller thinks it is lost and sends it again. So a call has ten at most; the vault would take 25.
 */
const PASSWORD_WEIGHT = 100;

function weightOf({ type, value }: Item): number {
  if (type !== 'password') return 1;
  const isVerifier = typeof value === 'object' && value !== null && Object.hasOwn(value, 'phc');
  return isVerifier ? 1 : PASSWORD_WEIGHT;
}

const NOTHING: Shaped = { items: [], origins: [] };

export async function* batches(rows: AsyncIterable<Row[]>, format: Format, limits: Limits): AsyncGenerator<Batch> {
  let batch: Entry[] = [];
  let sum = { items: 0, bodyBytes: 0, rows: 0, inputBytes: 0 };
  for await (const some of rows) {
    for (const row of some) {
      const entry = entryOf(row, format, limits);
      const own = { items: entry.weight, bodyBytes: entry.bodyBytes, rows: 1, inputBytes: row.end - row.offset };
      const next = {
        items: sum.items + own.items,
        bodyBytes: sum.bodyBytes + own.bodyBytes,
        rows: sum.rows + own.rows,
        inputBytes: sum.inputBytes + own.inputBytes,
      };
      if (exceeds(next, limits) && isBatch(batch)) {
        yield batch;
        batch = [];
        sum = own;
      } else {
        sum = next;
      }
      batch.push(entry);
    }
  }
  if (isBatch(batch)) yield batch;
}

function entryOf(row: Row, format: Format, limits: Limits): Entry {
  if (row.fault) return { row, shaped: NOTHING, fault: row.fault, bodyBytes: 0, weight: 0 };
  try {
    const shaped = format.shape(row.content);
    const bodyBytes = sizeOf(shaped);
    if (shaped.items.length <= limits.items && bodyBytes <= limits.bodyBytes) {
      const weight = shaped.items.reduce((sum, item) => sum + weightOf(item), 0);
      return { row, shaped, fault: undefined, bodyBytes, weight };
    }
    throw new RowError('row_too_large', 'Its values do not fit into one call to the vault.');
  } catch (error) {
    if (error instanceof RowError) return { row, shaped: NOTHING, fault: error.fault, bodyBytes: 0, weight: 0 };
    throw error;
  }
}

function sizeOf({ items }: Shaped): number {
  try {
    return items.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)) + 1, 0);
  } catch (error) {
    // Rows are read without recursion, but JSON.stringify recurses.
    if (error instanceof RangeError) throw new RowError('row_too_large', 'Its values are nested too deep.');
    throw error;
  }
}

function exceeds(sum: Limits, limits: Limits): boolean {
  return (
    sum.items > limits.items ||
    sum.bodyBytes > limits.bodyBytes ||
    sum.rows > limits.rows ||
    sum.inputBytes > limits.inputBytes
  );
}

function isBatch(entries: Entry[]): entries is [Entry, ...Entry[]] {
  return entries.length > 0;
}
