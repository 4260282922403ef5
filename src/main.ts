/** The server: `npm start`. */
import './closed-memory.ts';
import { readConfig, telltales } from './config.ts';
import { explain, runServer } from './http/serving/run.ts';
import { assertMemoryIsClosed } from './process-memory.ts';

try {
  assertMemoryIsClosed(...telltales());
  await runServer(readConfig());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
