/**
 * NDJSON: one object on each line. What is not mapped stays as it is, byte for byte (splice.ts).
 *
 * Blank lines are skipped. Any other line that is not one JSON object in UTF-8 is a refused row.
 */

import type { FileHandle } from 'node:fs/promises';
import { parseExactly } from '../exact-json.ts';
import { type Pointer, writePointer } from '../json-pointer.ts';
import { RowError } from './errors.ts';
import { itemsOf, type Shaped } from './items.ts';
import { type Line, readLines } from './lines.ts';
import type { Field, ImportMap } from './map.ts';
import { valueAt } from './pointer.ts';
import { type Format, type Row, textOf, withoutBom } from './row.ts';
import { type Action, routes, splice } from './splice.ts';

type Route = readonly [Pointer, Action];

export function ndjsonFormat(map: ImportMap, file: FileHandle): Format<string> {
  const dropped = map.drop.map((pointer): Route => [pointer, { do: 'drop' }]);
  const output = routes([...map.fields.flatMap(fieldRoutes), ...dropped]);

  return {
    head: '',
    lineEnd: '\n',
    async *rows(from, to) {
      for await (const lines of readLines(file, from, to)) {
        yield lines.map(withoutBom).flatMap((line) => (isBlank(line) ? [] : [rowOf(line)]));
      }
    },
    shape(text): Shaped {
      const row = parse(text);
      for (const pointer of map.drop) valueAt(row, pointer);
      for (const field of map.fields) if ('to' in field) checkRoom(row, field.to, field.properties);
      return itemsOf(map, (pointer) => valueAt(row, pointer));
    },
    render: (text, tokens) => splice(text, output, tokens),
    fieldsOf(text) {
      try {
        return parse(text);
      } catch (error) {
        if (error instanceof RowError) return undefined;
        throw error;
      }
    },
  };
}

function fieldRoutes(field: Field, i: number): Route[] {
  const brought: Route[] = field.token ? [[field.token, { do: 'drop' }]] : [];
  if ('path' in field) return [[field.path, { do: 'token', field: i }], ...brought];
  const name = field.to.at(-1) as string;
  return [...field.properties.map(([, source]): Route => [source, { do: 'part', field: i, name }]), ...brought];
}

function rowOf(line: Line): Row<string> {
  const { offset, end } = line;
  try {
    return { offset, end, content: textOf(line) };
  } catch (error) {
    if (!(error instanceof RowError)) throw error;
    // Of bytes that are not UTF-8, only the valid part can be shown.
    return { offset, end, content: line.bytes?.toString('utf8'), fault: error.fault };
  }
}

/** Whether the line holds only what JSON calls white space. */
function isBlank({ bytes }: Line): boolean {
  return bytes?.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d) ?? false;
}

function parse(text: string): object {
  let row: unknown;
  try {
    row = parseExactly(text);
  } catch {
    // The parser's message quotes the text.
    throw new RowError('malformed_row', 'Is not JSON.');
  }
  if (typeof row === 'object' && row !== null && !Array.isArray(row)) return row;
  throw new RowError('malformed_row', 'Is not a JSON object.');
}

/** @throws {RowError} if the token of a composed value would take another field's place, or has no place */
function checkRoom(row: object, to: Pointer, properties: readonly (readonly [string, Pointer])[]): void {
  const around = to.slice(0, -1);
  if (Array.isArray(valueAt(row, around))) {
    throw new RowError('unexpected_shape', 'The map expects an object here.', writePointer(around));
  }
  const place = writePointer(to);
  if (properties.some(([, source]) => writePointer(source) === place) || valueAt(row, to) === undefined) return;
  throw new RowError('place_taken', 'The token of a composed value goes here, but the row has this field.', place);
}
