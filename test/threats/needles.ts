/**
 * Searching every byte for what must not be there, in every spelling in which it could be: as it is in UTF-8 and
 * UTF-16, escaped as JSON, as a URL and as HTML do, in hexadecimal, and in base64 at each of its three alignments.
 * Letters are compared without their case.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { openDirectly } from './database.ts';

/** Shorter ones would be found by chance. */
const MIN_BYTES = 8;

export interface Needle {
  readonly name: string;
  /** One character a byte, as Node's `latin1`. */
  readonly spellings: readonly string[];
}

export function needle(name: string, wanted: string | Buffer): Needle {
  const forms = typeof wanted === 'string' ? [Buffer.from(wanted, 'utf8'), Buffer.from(wanted, 'utf16le')] : [wanted];
  const spellings = forms.flatMap((bytes) => [bytes, ...[0, 1, 2].flatMap((shift) => inBase64(bytes, shift))]);
  if (typeof wanted === 'string') {
    const escaped = [...wanted].map((letter) => (letter < '\u007f' ? letter : asUnicodeEscapes(letter))).join('');
    const inUrl = encodeURIComponent(wanted);
    const inHtml = wanted
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll("'", '&#39;')
      .replaceAll('"', '&quot;');
    const texts = [
      JSON.stringify(wanted).slice(1, -1),
      escaped,
      inUrl,
      encodeURI(wanted),
      inUrl.replaceAll('%20', '+'),
      inHtml,
    ];
    spellings.push(...texts.map((text) => Buffer.from(text, 'utf8')));
  }
  if (forms.some((bytes) => bytes.length < MIN_BYTES)) throw new RangeError(`${name} is too short to look for`);
  const all = [...spellings, ...forms.map((bytes) => Buffer.from(bytes.toString('hex')))];
  return { name, spellings: [...new Set(all.map((bytes) => lower(bytes.toString('latin1'))))] };
}

function asUnicodeEscapes(letter: string): string {
  return Array.from(
    { length: letter.length },
    (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** The characters of base64 that depend on these bytes alone, when `shift` bytes of something else come before. */
function inBase64(bytes: Buffer, shift: number): Buffer[] {
  const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
  const from = Math.ceil((shift * 8) / 6);
  const text = padded.toString('base64').slice(from, Math.floor((padded.length * 8) / 6));
  return [text, text.replaceAll('+', '-').replaceAll('/', '_')].map((spelling) => Buffer.from(spelling));
}

function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Bytes by the name of the place where they were found. */
export type Haystack = Map<string, Buffer>;

/** @returns `needle in place` for each that was found */
export function found(needles: readonly Needle[], haystack: Haystack): string[] {
  const hits: string[] = [];
  for (const [place, bytes] of haystack) {
    const text = lower(bytes.toString('latin1'));
    for (const { name, spellings } of needles) {
      if (spellings.some((spelling) => text.includes(spelling))) hits.push(`${name} in ${place}`);
    }
  }
  return hits;
}

/** Every file under the folder, whatever its name. */
export async function filesUnder(folder: string, into: Haystack = new Map()): Promise<Haystack> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) into.set(relative(folder, path), await readFile(path));
  }
  return into;
}

/** Every row of every table of a store that has any, as text; bytes in hexadecimal. */
export async function tablesOf(url: string): Promise<Haystack> {
  const into: Haystack = new Map();
  const database = await openDirectly(url);
  try {
    for (const name of await database.tables()) {
      const rows = await database.ask(`SELECT * FROM "${name}"`);
      if (rows.length > 0) into.set(`table ${name}`, Buffer.from(asText(rows)));
    }
    return into;
  } finally {
    await database.close();
  }
}

function asText(rows: unknown[]): string {
  const hex = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : value);
  return rows
    .map((row) => JSON.stringify(Object.fromEntries(Object.entries(row as object).map(([k, v]) => [k, hex(v)]))))
    .sort()
    .join('\n');
}
