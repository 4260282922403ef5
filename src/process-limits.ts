/** What the operating system lets this process have. */
import { readFileSync } from 'node:fs';

/** How many files may be open; undefined if there is no limit, or no `/proc` that tells it (any system but Linux). */
export function openFilesLimit(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'ascii')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
