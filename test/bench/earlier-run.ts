/** The result file of an earlier run, as far as it is compared: what this checkout measured then. */
import { readFile } from 'node:fs/promises';
import type { Checkout } from './checkout.ts';
import type { Engine } from './databases.ts';
import { type Figure, figuresOf, figuresOfCeilings } from './figures.ts';
import type { Machine } from './machine.ts';
import type { EngineResult } from './result.ts';

export interface EarlierRun {
  /** When it was, of what, and where. */
  readonly about: string;
  readonly figures: Readonly<Partial<Record<Engine, readonly Figure[]>>>;
}

interface Written {
  readonly startedAt: string;
  readonly machine: Machine;
  readonly checkouts: readonly Checkout[];
  readonly engines: readonly { readonly engine: Engine; readonly figures: readonly (readonly Figure[])[] }[];
}

/** The ceilings as well: between two runs they say how much the machine has changed. */
export function figuresOfRun(result: EngineResult): Figure[] {
  return [...figuresOfCeilings(result), ...figuresOf(result)];
}

/** @throws if the file is not the result of a run, or of one of a version that wrote no figures */
export async function readEarlierRun(path: string): Promise<EarlierRun> {
  const { startedAt, machine, checkouts, engines } = JSON.parse(await readFile(path, 'utf8')) as Partial<Written>;
  if (startedAt === undefined || machine === undefined || checkouts === undefined || engines === undefined) {
    throw new Error(`--compare: ${path} has no figures. Measure that checkout in turns with this one: --against.`);
  }
  const about = `${startedAt}, revision ${checkouts[0]?.revision}, ${machine.cores} × ${machine.processor}`;
  return { about, figures: Object.fromEntries(engines.map(({ engine, figures }) => [engine, figures[0] ?? []])) };
}
