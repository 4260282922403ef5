/**
 * The server, but that a long job whose runner was killed is gone on with after a fraction of a second, not after ten:
 * for tests that kill it hundreds of times, one process after another.
 */
import { readConfig } from '../../src/config.ts';
import { runServer } from '../../src/http/serving/run.ts';

await runServer(readConfig(), { leaseTtlMs: 400 });
