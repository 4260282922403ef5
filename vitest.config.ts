import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of one or two long tests. They start first, so that none is left running alone at the end. */
const LONGEST = [
  'threats/kill-rotation',
  'house/keys-readme',
  'keyring/replace-root',
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

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-setup.ts'],
    // A process per file: better-sqlite3 and libsodium live outside the JavaScript heap, and a crash there takes one file.
    pool: 'forks',
    // One more than there are cores: a test waits for servers and processes of its own about a third of its time.
    maxWorkers: Math.max(2, availableParallelism() + 1),
    sequence: { sequencer: LongestFirst },
    testTimeout: 20_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
