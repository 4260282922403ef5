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

/** These exchange a module, load a foreign library, or look at all that the process holds: each has one of its own. */
const ALONE = [
  'test/crypto/{password-hash,sodium}.test.ts',
  'test/keyring/pkcs11-slot.test.ts',
  'test/storage/migrations.test.ts',
];

/** One more than there are cores: a test waits for servers and processes of its own about a third of its time. */
const maxWorkers = Math.max(2, availableParallelism() + 1);

const common = {
  pool: 'forks' as const,
  maxWorkers,
  // Against what hangs. On a loaded machine a test of a second takes twenty.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  restoreMocks: true,
  unstubEnvs: true,
  unstubGlobals: true,
};

/**
 * Files take turns in as many processes as run at once, and each process loads `src/` once: 266 processes would spend
 * four minutes of CPU on that. A file that leaves something behind in its process fails (`left-behind.ts`).
 */
export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres-setup.ts'],
    maxWorkers,
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...common, name: 'alone', include: ALONE, isolate: true } },
      {
        test: {
          ...{ ...common, name: 'shared', include: ['test/**/*.test.ts'], exclude: ALONE, isolate: false },
          setupFiles: ['test/support/left-behind.ts'],
        },
      },
    ],
  },
});
