/**
 * Reads a JSON body strictly: at most 1 MiB, declared as JSON, valid UTF-8, at most 32 levels deep, and no property
 * named twice in one object.
 * If a property comes twice, two readers of one body may disagree on what it says. So it is refused (RFC 8259 section 4
 * leaves it open; RFC 7493, I-JSON, forbids it).
 */
import type { IncomingMessage } from 'node:http';
import { VaultError } from '../errors.ts';
import { isExactNumber, parseExactly } from '../exact-json.ts';
import { COLON, skipSpace, skipString } from '../json-text.ts';
import { secret } from '../secret.ts';

const MAX_BODY_BYTES = 1024 * 1024;
/** Objects and arrays inside one another; an item's value is the fourth. */
const MAX_DEPTH = 32;
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
/** A byte order mark stays, and is refused as no JSON (RFC 8259 section 8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws `unsupported_media_type`, `body_too_large`, `malformed_request` */
export async function readJson(request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
  if (!JSON_TYPE.test(type) || (encoding !== undefined && encoding !== 'identity')) {
    throw new VaultError('unsupported_media_type');
  }
  using bytes = secret(await readBytes(request, maxBytes));
  return parseJson(textOf(bytes));
}

function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new VaultError('malformed_request', 'The body is not valid UTF-8.');
  }
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) {
        request.removeAllListeners('data');
        reject(tooLarge(maxBytes));
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once('error', () => reject(new VaultError('malformed_request', 'The body broke off.')));
    request.once('aborted', () => reject(new VaultError('malformed_request', 'The body broke off.')));
  });
}

/**
 * `JSON.parse` that loses no digit and refuses a property named twice. Its errors quote the text, so they stay here.
 */
function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = parseExactly(text);
  } catch (error) {
    throw new VaultError('malformed_request', `The body is not valid JSON.${placeOfFault(error)}`);
  }
  if (namesIn(text) !== propertiesOf(value)) {
    throw new VaultError('malformed_request', 'An object in the body names a property twice.');
  }
  return value;
}

/** Where the text is at fault, if the parser says so at the end of its message: a number, and none of the text. */
function placeOfFault(error: unknown): string {
  const { message } = error as Error;
  if (/^Unexpected end of JSON input$/.test(message)) return ' It ends too early.';
  const [, line, column] = /\(line (\d{1,7}) column (\d{1,7})\)$/.exec(message) ?? [];
  return line === undefined ? '' : ` Look at line ${line}, column ${column}.`;
}

/** How many property names valid JSON text has: strings followed by a colon. */
function namesIn(text: string): number {
  let names = 0;
  for (let at = text.indexOf('"'); at !== -1; ) {
    const next = skipSpace(text, skipString(text, at));
    if (text.charCodeAt(next) === COLON) names += 1;
    at = text.indexOf('"', next);
  }
  return names;
}

/**
 * Counts level by level. A value without a limit to its nesting would exhaust the stack of code that walks it later.
 */
function propertiesOf(value: unknown): number {
  let properties = 0;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new VaultError('malformed_request', 'The body is nested too deeply.');
    const below: unknown[] = [];
    for (const next of level) {
      if (typeof next !== 'object' || next === null || isExactNumber(next)) continue;
      const parts = Object.values(next);
      if (!Array.isArray(next)) properties += parts.length;
      for (const part of parts) if (typeof part === 'object') below.push(part);
    }
    level = below;
  }
  return properties;
}

function tooLarge(maxBytes: number): VaultError {
  return new VaultError(
    'body_too_large',
    maxBytes < 1024 * 1024
      ? `The body is larger than ${maxBytes / 1024} KiB, which is more than this path takes.`
      : 'The body is larger than 1 MiB. Send it in several requests.',
  );
}
