/**
 * CSV as in RFC 4180, with the names of the columns in the first record.
 *
 * Guarantees: every column that the map names exists once. A cell that is not mapped comes out as it went in; it is
 * quoted if it was quoted, since some readers tell an empty cell from an empty text by its quotes. Empty lines are
 * skipped, and a row with more or fewer cells than the header is refused.
 *
 * The output is CSV with the input's delimiter, line end and byte order mark; or NDJSON, each row an object of strings.
 */
import type { FileHandle } from 'node:fs/promises';
import { VaultError } from '../errors.ts';
import { type Pointer, writePointer } from '../json-pointer.ts';
import { type Cell, type CsvRecord, CsvRecords } from './csv-records.ts';
import { itemsOf, type Shaped } from './items.ts';
import { readLines } from './lines.ts';
import { type ImportMap, placeOf } from './map.ts';
import { type Format, type Row, withoutBom } from './row.ts';

type Delimiter = NonNullable<ImportMap['delimiter']>;

interface Header {
  readonly cells: readonly Cell[];
  /** The place in bytes where the rows begin. */
  readonly end: number;
  readonly bom: boolean;
  readonly lineEnd: string;
}

/**
 * What becomes of a column. A `part` is one of several that make a value; the token takes the place of the `first`. A
 * `moved` column holds tokens that go to the places of their values.
 */
type Column =
  | { readonly do: 'keep' | 'drop' | 'moved' }
  | { readonly do: 'token'; readonly field: number }
  | { readonly do: 'part'; readonly field: number; readonly first: boolean };

/** @throws `invalid_input` naming what the header lacks; it never names what the header holds */
export async function csvFormat(
  map: ImportMap,
  file: FileHandle,
  sizeBytes: number,
  { delimiter, output }: { readonly delimiter: Delimiter; readonly output: 'csv' | 'ndjson' },
): Promise<Format<CsvRecord>> {
  const header = await readHeader(file, sizeBytes, delimiter);
  const names = header.cells.map(({ text }) => text);
  const position = positions(map, names);
  const columns = layout(map, names, position);
  if (output === 'ndjson') checkDistinct(names);

  const shown = names.map((name, i) => {
    const column = columns[i];
    return column?.do === 'part'
      ? (placeOf(map.fields[column.field] as ImportMap['fields'][number])[0] as string)
      : name;
  });
  const isShown = columns.map((column) =>
    column.do === 'part' ? column.first : column.do !== 'drop' && column.do !== 'moved',
  );
  const keys = shown.map((name) => `${JSON.stringify(name)}:`);

  /** The row's cells that are shown: its token, or the cell as it was. */
  function* cellsOf(record: CsvRecord, tokens: readonly (string | undefined)[]) {
    for (const [i, column] of columns.entries()) {
      if (!isShown[i]) continue;
      const token = 'field' in column ? tokens[column.field] : undefined;
      yield { key: keys[i], token, cell: column.do === 'part' ? undefined : record.cells?.[i] };
    }
  }
  function renderCsv(record: CsvRecord, tokens: readonly (string | undefined)[]): string {
    const cells = cellsOf(record, tokens).map(({ token, cell }) => write(delimiter, token ?? cell?.text ?? '', cell));
    return [...cells].join(delimiter) || '""';
  }
  function renderJson(record: CsvRecord, tokens: readonly (string | undefined)[]): string {
    const members = cellsOf(record, tokens).map(
      ({ key, token, cell }) => key + JSON.stringify(token ?? cell?.text ?? null),
    );
    return `{${[...members].join(',')}}`;
  }

  const head = header.cells.flatMap((cell, i) => (isShown[i] ? [write(delimiter, shown[i] as string, cell)] : []));
  return {
    head: output === 'csv' ? `${header.bom ? '\ufeff' : ''}${head.join(delimiter)}${header.lineEnd}` : '',
    lineEnd: output === 'csv' ? header.lineEnd : '\n',
    async *rows(from, to) {
      const records = new CsvRecords(delimiter);
      for await (const lines of readLines(file, Math.max(from, header.end), to)) {
        yield records.add(lines).map((row) => checkCells(row, names.length));
      }
      yield records.finish().map((row) => checkCells(row, names.length));
    },
    shape: ({ cells }): Shaped => itemsOf(map, ([name = '']) => cells?.[position.get(name) ?? -1]?.text),
    render: output === 'csv' ? renderCsv : renderJson,
    fieldsOf({ cells }) {
      if (cells?.length !== names.length) return undefined;
      return Object.fromEntries(cells.map(({ text }, i) => [names[i], text]));
    },
  };
}

async function readHeader(file: FileHandle, sizeBytes: number, delimiter: Delimiter): Promise<Header> {
  const records = new CsvRecords(delimiter);
  let bom = false;
  let lineEnd: string | undefined;
  const headerOf = (row: Row<CsvRecord> | undefined): Header | undefined => {
    if (row?.fault) {
      throw new VaultError(
        'invalid_input',
        `The header of the CSV cannot be read. ${row.fault.reason} It must be one record, and lines must end in LF or CRLF.`,
      );
    }
    if (row?.content?.cells?.some(({ text, quoted }) => !quoted && text.includes('\r'))) {
      throw new VaultError('invalid_input', 'The lines of the CSV end in CR alone. Convert them to LF or CRLF.');
    }
    return row && { cells: row.content?.cells ?? [], end: row.end, bom, lineEnd: lineEnd || '\n' };
  };
  for await (const lines of readLines(file, 0, sizeBytes)) {
    const [first, ...others] = lines;
    if (first === undefined) continue;
    lineEnd ??= first.terminator;
    const bare = withoutBom(first);
    bom ||= bare !== first;
    const header = headerOf(records.add([bare, ...others])[0]);
    if (header) return header;
  }
  const header = headerOf(records.finish()[0]);
  if (header) return header;
  throw new VaultError('invalid_input', 'The CSV is empty: its first record must hold the names of the columns.');
}

/**
 * The position of each column that the map names. The first record of a file without a header is a row, so errors never
 * repeat what it holds: they say which names of the map are missing, and how many cells there are.
 */
function positions(map: ImportMap, names: readonly string[]): Map<string, number> {
  const sources = map.fields.flatMap((field): (Pointer | undefined)[] => [
    ...('path' in field ? [field.path, field.country] : field.properties.map(([, source]) => source)),
    field.token,
  ]);
  const found = new Map<string, number>();
  const wanted = [map.subject, ...map.drop, ...sources].filter((pointer) => pointer !== undefined);
  const missing = wanted.filter(([name = '', ...more]) => more.length > 0 || !names.includes(name));
  if (missing.length > 0) throw notThere(new Set(missing.map(writePointer)), new Set(wanted.map(writePointer)), names);
  for (const pointer of wanted) {
    const [name = ''] = pointer;
    const [first, second] = [names.indexOf(name), names.lastIndexOf(name)];
    if (first !== second) {
      throw new VaultError(
        'invalid_input',
        `${writePointer(pointer)} is there twice: it names columns ${first + 1} and ${second + 1}.`,
      );
    }
    found.set(name, first);
  }
  return found;
}

const MAX_NAMED = 5;

function notThere(missing: ReadonlySet<string>, wanted: ReadonlySet<string>, names: readonly string[]): VaultError {
  const named = [...missing].slice(0, MAX_NAMED).join(' ');
  const more = missing.size > MAX_NAMED ? ` and ${missing.size - MAX_NAMED} more` : '';
  const ask = missing.size === wanted.size ? ' Is it a row, and the CSV without a header?' : '';
  return new VaultError(
    'invalid_input',
    `The first record of the CSV must name the columns. Of ${wanted.size} that the map names, ${missing.size} are not among ` +
      `its ${names.length} cells: ${named}${more}.${ask}`,
  );
}

function layout(map: ImportMap, names: readonly string[], position: ReadonlyMap<string, number>): Column[] {
  const columns = names.map((): Column => ({ do: 'keep' }));
  const set = ([name = '']: Pointer, column: Column) => {
    columns[position.get(name) as number] = column;
  };
  for (const pointer of map.drop) set(pointer, { do: 'drop' });
  for (const [i, field] of map.fields.entries()) {
    const place = placeOf(field);
    if (field.token) set(field.token, { do: 'moved' });
    if ('path' in field) {
      if (field.drop.length > 0) {
        throw new VaultError(
          'invalid_input',
          `fields/${i}/drop of the map: a cell has no properties; drop columns instead.`,
        );
      }
      set(place, { do: 'token', field: i });
      continue;
    }
    const sources = field.properties.map(([, [name = '']]) => position.get(name) as number);
    if (names.some((name, at) => name === place[0] && !sources.includes(at))) {
      throw new VaultError(
        'invalid_input',
        `The map wants a token at ${writePointer(place)}, but the CSV has such a column.`,
      );
    }
    for (const [, source] of field.properties) {
      set(source, { do: 'part', field: i, first: position.get(source[0] as string) === Math.min(...sources) });
    }
  }
  return columns;
}

/** A JSON object has each name once. */
function checkDistinct(names: readonly string[]): void {
  const second = names.findIndex((name, i) => names.indexOf(name) !== i);
  if (second < 0) return;
  const first = names.indexOf(names[second] as string);
  throw new VaultError('invalid_input', `Columns ${first + 1} and ${second + 1} have one name: write CSV, not NDJSON.`);
}

function checkCells(row: Row<CsvRecord>, expected: number): Row<CsvRecord> {
  const cells = row.content?.cells;
  if (cells === undefined || cells.length === expected) return row;
  const reason = `Has ${cells.length} cells where the header has ${expected}.`;
  return { ...row, fault: { field: undefined, code: 'malformed_row', reason } };
}

function write(delimiter: string, text: string, cell: Cell | undefined): string {
  const special = text.includes(delimiter) || text.includes('"') || text.includes('\n') || text.includes('\r');
  return special || cell?.quoted ? `"${text.replaceAll('"', '""')}"` : text;
}
