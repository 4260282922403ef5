/** The command `lethe`: `npm run lethe -- <command>`. */
import { Command, CommanderError } from 'commander';
import { addBackupCommands } from './cli/backup.ts';
import { addCertificateCommands } from './cli/certificate.ts';
import { addImportCommand } from './cli/import.ts';
import { addKeysCommands } from './cli/keys.ts';
import { addNodeCommands } from './cli/nodes.ts';
import { addPrincipalCommands, addTenantCommands } from './cli/principals.ts';
import { addRootCommands } from './cli/root.ts';
import { addJobCommands, addRotateCommand } from './cli/rotate.ts';
import { addServerCommands } from './cli/server.ts';
import { useShareFiles } from './cli/shares.ts';
import { addSlotCommands } from './cli/slots.ts';
import { settingsHelp } from './config.ts';
import { dieQuietly, explain } from './http/run.ts';

const program = new Command('lethe')
  .description('A vault for personal data that can truly forget.')
  .showHelpAfterError('(--help shows what there is)')
  .addHelpText('after', () => {
    const width = Math.max(...settingsHelp().map(({ name }) => name.length));
    const lines = settingsHelp().map(({ name, meaning }) => `  ${name.padEnd(width)}  ${meaning}`);
    return `\nSettings, from the environment:\n${lines.join('\n')}`;
  })
  .option(
    '--share-file <file>',
    'file with a share of the root key; may be given several times',
    (file, files: string[] | undefined) => [...(files ?? []), file],
  )
  .hook('preAction', (whole) => useShareFiles(whole.opts<{ shareFile?: string[] }>().shareFile ?? []))
  .exitOverride();
addServerCommands(program);
addPrincipalCommands(program);
addTenantCommands(program);
addImportCommand(program);
addBackupCommands(program);
const keys = addKeysCommands(program);
addRotateCommand(keys);
addSlotCommands(keys);
addNodeCommands(program);
addJobCommands(program);
addCertificateCommands(program);
addRootCommands(program);

dieQuietly();
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}
