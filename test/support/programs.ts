/**
 * The server and the command as few files, for processes that tests start: those read a thousand modules less each,
 * and are up in less than half the time. Joining them changes no statement of them. They stand where `src/` would, so
 * that the migrations, pages and packages beside it are found. Tests of the programs as they are installed start `src/`.
 */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** As deep in the folder as the files of `src/` that name others by their place. */
const PLACE = 'src/joined/programs';
/** Native code, and packages that read files of their own; and what Knex would load for engines that the house lacks. */
const LEFT_ALONE = [
  ...['better-sqlite3', 'pkcs11js', 'swagger-ui-dist/absolute-path.js'],
  ...['mysql', 'mysql2', 'oracledb', 'tedious', 'sqlite3', 'pg-native', 'pg-query-stream'],
];

export interface Programs {
  readonly command: string;
  readonly server: string;
  /** The server as `quick-takeover.ts` starts it. */
  readonly quickTakeover: string;
  /** What the server's thread runs that does long jobs. */
  readonly thread: string;
}

/** @param folder where they are put; it is made */
export async function joinPrograms(folder: string): Promise<Programs> {
  await mkdir(join(folder, 'src'), { recursive: true });
  for (const name of ['node_modules', 'migrations', 'package.json', 'src/howtos']) {
    await symlink(join(root, name), join(folder, name));
  }
  const bundle = await rolldown({
    input: {
      command: join(root, 'src/cli.ts'),
      server: join(root, 'src/main.ts'),
      'quick-takeover': join(root, 'test/support/quick-takeover.ts'),
      'long-job-worker': join(root, 'src/background/long-job-worker.ts'),
      worker: join(root, 'src/http/serving/workers/worker.ts'),
    },
    platform: 'node',
    external: LEFT_ALONE,
    logLevel: 'silent',
  });
  await bundle.write({
    dir: join(folder, PLACE),
    format: 'esm',
    // The server starts its thread and its workers by the names that they have in `src/`.
    entryFileNames: ({ name }) => (name.endsWith('worker') ? '[name].ts' : '[name].js'),
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
  const at = (name: string) => join(folder, PLACE, name);
  return {
    command: at('command.js'),
    server: at('server.js'),
    quickTakeover: at('quick-takeover.js'),
    thread: at('long-job-worker.ts'),
  };
}
