/** Vaults whose logs are read when a file's tests are over: no value planted by any of them may stand there. */
import { afterAll, expect } from 'vitest';
import { openTestVault, type TestVault, type TestVaultOptions } from '../support/vault.ts';

const logs: (readonly string[])[] = [];
const planted = new Set<string>();

/** Shorter ones stand in any text by chance. */
const MIN_LENGTH = 6;

export async function openWatchedVault(options?: TestVaultOptions): Promise<TestVault> {
  const vault = await openTestVault(options);
  logs.push(vault.logged);
  return vault;
}

/** Marks every string in it as one that must not be logged. @returns what it was given */
export function plant<T>(value: T): T {
  if (typeof value === 'string' && value.length >= MIN_LENGTH) planted.add(value);
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) plant(part);
  return value;
}

/** Which of the planted values stand in a text, as they are or as JSON writes them. */
export function plantedIn(text: string): string[] {
  return [...planted].filter((value) => text.includes(value) || text.includes(JSON.stringify(value).slice(1, -1)));
}

/** To be called once, at the top of a file. */
export function watchLogs(): void {
  afterAll(() => {
    const lines = logs.flat();
    expect(lines.length).toBeGreaterThan(0);
    expect(planted.size).toBeGreaterThan(0);
    expect(plantedIn(lines.join('\n'))).toEqual([]);
    // The next file may share this process.
    logs.length = 0;
    planted.clear();
  });
}
