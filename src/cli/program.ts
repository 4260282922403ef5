/** The command `lethe` as a tree of commands, without running any. */
import { Command } from 'commander';
import { coreDumpWarning } from '../process-memory.ts';
import { RELEASE } from '../release.ts';
import { settingsHelp } from '../settings.ts';
import { addAccessCommands } from './access.ts';
import { addMeCommand } from './api-keys.ts';
import { addApprovalCommands } from './approvals.ts';
import { addBackupCommands } from './backup.ts';
import { addCertificateCommands } from './certificate.ts';
import { addDoctorCommand } from './doctor.ts';
import { addHookCommands } from './hooks.ts';
import { addImportCommand } from './import.ts';
import { addKeysCommands } from './keys.ts';
import { addNodeCommands } from './nodes.ts';
import { addPrincipalCommands, addTenantCommands } from './principals.ts';
import { addPurposeCommands } from './purposes.ts';
import { addRoleCommands } from './roles.ts';
import { addRootCommands } from './root.ts';
import { addJobCommands, addRotateCommand } from './rotate.ts';
import { addServerCommands } from './server.ts';
import { useShareFiles } from './shares.ts';
import { addSlotCommands } from './slots.ts';
import { withoutTyped } from './typed.ts';

export function newProgram(): Command {
  const program = new Command('lethe')
    .description('A vault for personal data that can truly forget.')
    .version(RELEASE, '-V, --version', 'say which release this is')
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
    .configureOutput({ outputError: (text, write) => write(withoutTyped(text)) })
    .hook('preAction', (_, command) => {
      const warning = coreDumpWarning();
      // A server says it itself, also in its log.
      if (warning !== undefined && command.name() !== 'serve') process.stderr.write(`${warning}\n`);
    })
    .exitOverride();
  addServerCommands(program);
  addDoctorCommand(program);
  addPrincipalCommands(program);
  addRoleCommands(program);
  addAccessCommands(program);
  addPurposeCommands(program);
  addApprovalCommands(program);
  addMeCommand(program);
  addTenantCommands(program);
  addHookCommands(program);
  addImportCommand(program);
  addBackupCommands(program);
  const keys = addKeysCommands(program);
  addRotateCommand(keys);
  addSlotCommands(keys);
  addNodeCommands(program);
  addJobCommands(program);
  addCertificateCommands(program);
  addRootCommands(program);
  return program;
}
