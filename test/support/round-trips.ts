/** Counts what work asks of the databases themselves, below the stores: statements, and how often it has to wait. */
import Database from 'better-sqlite3';
import pg from 'pg';
import { onTestFinished, vi } from 'vitest';
import type { Engine } from './stores.ts';

export interface Asked {
  readonly statements: number;
  /** How often something was sent while no answer was on its way; on SQLite none. */
  readonly roundTrips: number;
}

/** @param work that nothing else runs beside */
export async function askedBy(engine: Engine, work: () => Promise<unknown>): Promise<Asked> {
  const asked = { statements: 0, roundTrips: 0 };
  const spies = engine === 'sqlite' ? onSqlite(asked) : [onPostgres(asked)];
  const restore = () => {
    for (const spy of spies) spy.mockRestore();
  };
  onTestFinished(restore);
  await work();
  restore();
  return asked;
}

function onPostgres(asked: { statements: number; roundTrips: number }) {
  const query = pg.Client.prototype.query;
  let owed = 0;
  return vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const answer = query.apply(this, given as never) as unknown as Promise<unknown>;
    asked.statements += 1;
    if (owed === 0) asked.roundTrips += 1;
    owed += 1;
    const answered = () => {
      owed -= 1;
    };
    answer.then(answered, answered);
    return answer as never;
  });
}

function onSqlite(asked: { statements: number }) {
  const { prototype } = Object.getPrototypeOf(new Database(':memory:').prepare('COMMIT')).constructor;
  return (['run', 'all', 'get'] as const).map((name) => {
    const asking = prototype[name];
    return vi.spyOn(prototype, name).mockImplementation(function (this: unknown, ...given: unknown[]) {
      asked.statements += 1;
      return asking.apply(this, given);
    });
  });
}
