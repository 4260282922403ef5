/** The command `lethe`: `npm run lethe -- <command>`. */
import './closed-memory.ts';
import { CommanderError } from 'commander';
import { newProgram } from './cli/program.ts';
import { telltales } from './config.ts';
import { dieQuietly, explain } from './http/serving/run.ts';
import { assertMemoryIsClosed } from './process-memory.ts';

dieQuietly();
try {
  assertMemoryIsClosed(...telltales());
  await newProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
    // A call into the file system or into a library that never returns would keep the process alive.
    setTimeout(() => process.exit(), 2_000).unref();
  }
}
