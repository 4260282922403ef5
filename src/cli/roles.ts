/**
 * `lethe roles`: what principals may do, kept in files beside the code of those who use the vault.
 *
 *   { "roles": { "help-desk": { "description": "…", "rules": [ … ] } } }
 */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { RoleBody, RoleParams } from '../access/roles/schema.ts';
import type { Loose, RoleChange, RoleDefinition, RoleHistory, RoleRules } from '../client/shapes.ts';
import { StartError, VaultError } from '../errors.ts';
import { changeRole } from '../operations/access/change-role.ts';
import { endRole } from '../operations/access/end-role.ts';
import { listRoles } from '../operations/access/list-roles.ts';
import { previewRole } from '../operations/access/preview-role.ts';
import { readRole } from '../operations/access/read-role.ts';
import { checked } from './arguments.ts';
import { cellsTable } from './cells-table.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';
import { type Column, table } from './table.ts';

const ADMIN_KEY = ['--key-file <file>', 'file with the API key of an administrator'] as const;
const READER_KEY = ['--key-file <file>', 'file with the API key of an administrator, auditor or security'] as const;

const RolesFile = z.strictObject({ roles: z.record(RoleParams.shape.role, RoleBody) });

const COLUMNS: readonly Column<Loose<RoleRules>>[] = [
  { title: 'role', of: ({ role }) => role },
  { title: 'version', of: ({ version, builtIn }) => (builtIn ? 'of the house' : String(version)) },
  { title: 'rules', right: true, of: ({ rules, damaged }) => (damaged ? 'DAMAGED' : String(rules.length)) },
  { title: 'what it is for', shrinks: true, of: ({ description }) => description || '-' },
];

export function addRoleCommands(program: Command): void {
  const roles = program.command('roles').description('what principals may do: roles of the house, and your own');

  roles
    .command('list')
    .description('list the roles there are')
    .option(...URL_OPTION)
    .option(...READER_KEY)
    .action(async ({ url, keyFile }: UrlOptions) => {
      const all: Loose<readonly RoleRules[]> = await (url === undefined
        ? call({ keyFile }, listRoles).then((reply) => reply.roles)
        : through(url, keyFile, (client) => client.listRoles()));
      console.log(table(COLUMNS, all, process.stdout.columns));
    });

  roles
    .command('show <role>')
    .description('print a role as `roles apply` reads it: redirect it to a file, and change that')
    .option(...URL_OPTION)
    .option(...READER_KEY)
    .action(async (name: string, { url, keyFile }: UrlOptions) => {
      const { role } = checked(RoleParams, { role: name });
      const found: Loose<RoleHistory> = await (url === undefined
        ? call({ keyFile }, readRole, { role })
        : through(url, keyFile, (client) => client.readRole(role)));
      const { description, rules } = found;
      console.log(JSON.stringify({ roles: { [role]: { description, rules } } }, null, 2));
    });

  roles
    .command('apply <file>')
    .description('make or change the roles of a file; says what each change opens and closes')
    .option('--dry-run', 'only say it')
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async (path: string, { dryRun, url, keyFile }: UrlOptions & { dryRun?: true }) => {
      const named = Object.entries(await readRoles(path));
      // Every role is looked at before the first is changed: a fault in one leaves all as they were.
      for (const [role, body] of named) {
        const change = await previewed(role, body);
        if (dryRun) say(change, 'would be');
      }
      if (dryRun) return;
      for (const [role, body] of named) say(await changed(role, body), 'is');

      function previewed(role: string, body: RoleDefinition): Promise<Loose<RoleChange>> {
        return url === undefined
          ? call({ keyFile }, previewRole, { role, ...checked(RoleBody, body) }).catch(saying(role))
          : through(url, keyFile, (client) => client.previewRole(role, body));
      }
      function changed(role: string, body: RoleDefinition): Promise<Loose<RoleChange>> {
        return url === undefined
          ? call({ keyFile }, changeRole, { role, ...checked(RoleBody, body) })
          : through(url, keyFile, (client) => client.changeRole(role, body));
      }
    });

  roles
    .command('end <role>')
    .description('end a role of your own that no principal has')
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async (name: string, { url, keyFile }: UrlOptions) => {
      const { role } = checked(RoleParams, { role: name });
      const { endedAt } = await (url === undefined
        ? call({ keyFile }, endRole, { role })
        : through(url, keyFile, (client) => client.endRole(role)));
      console.log(`${role} has ended at ${endedAt}.`);
    });
}

/** Says in which role of the file a fault is, and at which place of it; several faults name their places themselves. */
function saying(role: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof VaultError) || error.field === undefined || error.errors.length > 1) throw error;
    throw new StartError(`${role}, ${error.field}: ${error.message} (${error.code}) Nothing was changed.`);
  };
}

/** @throws {StartError} that says the place of what is wrong, and repeats nothing of the file */
async function readRoles(path: string): Promise<z.infer<typeof RolesFile>['roles']> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartError(`${path} cannot be read (${error.code}). Nothing was changed.`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new StartError(`${path} is no JSON. Nothing was changed.`);
  }
  return checked(RolesFile, json).roles;
}

function say(
  { role, version, changed, opened, closed, principals, replayed }: Loose<RoleChange>,
  is: 'is' | 'would be',
): void {
  if (!changed) {
    console.log(`${role}: as it stands (version ${version}).`);
    return;
  }
  const many = principals.length === 1 ? '1 principal' : `${principals.length} principals`;
  console.log(`${role}: version ${version} ${is} in force; it concerns ${many}.`);
  if (opened.length > 0) console.log(cellsTable(opened, '+'));
  if (closed.length > 0) console.log(cellsTable(closed, '-'));
  if (replayed === undefined) return;
  const { entries, complete, since, untold, otherView } = replayed;
  const of = `${complete ? '' : 'the newest '}${entries} entries since ${since}`;
  const more = [otherView > 0 && `${otherView} in another view`, untold > 0 && `${untold} not told`].filter(Boolean);
  const counted = [`${replayed.opened} values refused would be shown`, `${replayed.closed} shown would be refused`];
  console.log(`Of ${of}: ${[...counted, ...more].join(', ')}.`);
}
