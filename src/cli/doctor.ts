/** `lethe doctor`: tells what is wrong, and what to do about it. It changes nothing, and needs no API key. */
import type { Command } from 'commander';
import { type Config, readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import { callDoctor, doctorExitCode, type Finding } from '../operations/oversight/doctor.ts';

const CANNOT_LOOK = 3;

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'look whether the vault is set up and looked after as it should be; exit code 0: it is, 1: warnings, 2: something fails, 3: something could not be looked at',
    )
    .option('--json', 'for programs')
    .option('--quiet', 'only what is not well')
    .action(async ({ json, quiet }: { json?: true; quiet?: true }) => {
      const config = settings();
      if (config === undefined) return;
      const all = await callDoctor(config);
      const shown = quiet ? all.filter(({ severity }) => severity !== 'ok' && severity !== 'note') : all;
      console.log(json ? JSON.stringify({ findings: shown }, undefined, 2) : shown.map(lineOf).join('\n'));
      process.exitCode = doctorExitCode(all);
    });
}

/** The settings. If they are wrong, the doctor cannot look at anything. */
function settings(): Config | undefined {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    process.stderr.write(`lethe: ${error.message}\n`);
    process.exitCode = CANNOT_LOOK;
    return undefined;
  }
}

function lineOf({ id, severity, says, todo }: Finding): string {
  const line = `${severity.toUpperCase().padEnd(6)}  ${id.padEnd(14)}  ${says}`;
  return todo === undefined ? line : `${line}\n${' '.repeat(24)}${todo}`;
}
