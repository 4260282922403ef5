import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of one or two long tests. They start first, so that none is left running alone at the end. */
const LONGEST = [
  'keyring/replace-root',
  'threats/kill-rotation',
  'house/keys-readme',
  'jobs/reseal',
  'threats/several-nodes',
  'threats/tampering',
  'threats/restart',
  'threats/replaced',
  'contract/ceremonies',
  'threats/late-standby',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const placeOf = ({ moduleId }: TestSpecification) => {
      const place = LONGEST.findIndex((name) => moduleId.endsWith(`test/${name}.test.ts`));
      return place < 0 ? LONGEST.length : place;
    };
    return (await super.sort(files)).toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

/**
 * Each file has a process of its own: what one leaves behind in its process (a listener, a clock) must not fail another,
 * and a crash in better-sqlite3 or libsodium, which live outside the JavaScript heap, takes one file.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-setup.ts'],
    pool: 'forks',
    // One more than there are cores: a test waits for servers and processes of its own about a third of its time.
    maxWorkers: Math.max(2, availableParallelism() + 1),
    sequence: { sequencer: LongestFirst },
    // Against what hangs. On a loaded machine a test of a second takes twenty.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
});
