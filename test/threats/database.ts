/** A store's database, opened past the vault: a connection of its own, with statements of its own. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import pg from 'pg';
import { packedStatement, packedValues, spelledRows } from '../support/spelled.ts';

export interface DirectDatabase {
  tables(): Promise<string[]>;
  /** @param statement with `?` in the place of each value */
  ask(statement: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** @param options.readonly also leaves to the next process what a killed one had not written back */
export async function openDirectly(url: string, { readonly = false } = {}): Promise<DirectDatabase> {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length);
    // A store that does not exist yet is an empty one, and is not made by looking at it.
    const db = existsSync(path) ? new Database(path, { readonly }) : new Database(':memory:');
    return {
      tables: async () => db.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).pluck().all() as string[],
      async ask(statement, values = []) {
        const prepared = db.prepare(packedStatement(statement, 'sqlite'));
        const packed = packedValues(statement, values);
        if (prepared.reader) return spelledRows(prepared.all(...packed)) as Record<string, unknown>[];
        prepared.run(...packed);
        return [];
      },
      close: async () => void db.close(),
    };
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async tables() {
      const { rows } = await client.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
      return rows.map(({ tablename }) => tablename);
    },
    async ask(statement, values = []) {
      let position = 0;
      const text = statement.replaceAll('?', () => {
        position += 1;
        return `$${position}`;
      });
      const packed = packedValues(text, values);
      return spelledRows((await client.query(packedStatement(text, 'postgres'), packed)).rows);
    },
    close: () => client.end(),
  };
}
