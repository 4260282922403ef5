/** The command `lethe`: `npm run lethe -- <command>`. */
import { CommanderError } from 'commander';
import { newProgram } from './cli/program.ts';
import { dieQuietly, explain } from './http/run.ts';

dieQuietly();
try {
  await newProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}
