/** The server: `npm start`. */
import { readConfig } from './config.ts';
import { explain, runServer } from './http/run.ts';

try {
  await runServer(readConfig());
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
