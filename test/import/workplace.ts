/** A folder with an input, and the import of it, as a test needs them. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ImportOptions, type ImportResult, importFile } from '../../src/import/import-file.ts';
import { parseMap } from '../../src/import/map.ts';
import { silent } from '../../src/import/progress.ts';
import { FakeVault } from './fake-vault.ts';

export const MAP = { fields: [{ path: '/email', type: 'email' }] };

export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'lethe-import-'));
  vault = new FakeVault();
  now = new Date('2026-01-01T00:00:00Z');
  slept: number[] = [];
  readonly inputName: string;

  constructor(input: string | Buffer, name = 'in.ndjson') {
    this.inputName = name;
    this.write(name, input);
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Buffer): void {
    writeFileSync(this.path(name), content);
    utimesSync(this.path(name), 1e9, 1e9);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  mode(name: string): number {
    return statSync(this.path(name)).mode & 0o777;
  }

  /** @returns the lines of the rejects file, parsed */
  rejects(name = 'out.ndjson'): Record<string, unknown>[] {
    const path = `${name}.rejects.ndjson`;
    const lines = this.has(path) ? this.read(path).split('\n') : [];
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
  }

  import(map: unknown = MAP, options: Partial<ImportOptions> & { outName?: string } = {}): Promise<ImportResult> {
    return importFile({
      input: this.path(this.inputName),
      out: this.path(options.outName ?? 'out.ndjson'),
      map: parseMap(map),
      tokenizer: this.vault,
      propertyNames: new Set(['number', 'country', 'family', 'given']),
      progress: silent,
      clock: () => this.now,
      sleep: async (ms) => this.slept.push(ms),
      ...options,
    });
  }

  /** Everything as it is now, in another folder and another vault. */
  snapshot(): Workplace {
    const copy = new Workplace('', this.inputName);
    cpSync(this.folder, copy.folder, { recursive: true, preserveTimestamps: true });
    copy.vault = this.vault.copy();
    return copy;
  }
}

/** Runs an import of one text, and gives back the output with values in place of tokens. */
export async function imported(
  input: string | Buffer,
  map: unknown = MAP,
  name?: string,
  outName = 'out.ndjson',
  options: Partial<ImportOptions> = {},
) {
  const work = new Workplace(input, name);
  const result = await work.import(map, { outName, ...options });
  return { out: work.vault.reveal(work.read(outName)), rejects: work.rejects(outName), result, work };
}
