/** `lethe principals` and `lethe tenants`. */
import { type FileHandle, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { AddPrincipalBody, AddTenantBody, PrincipalsQuery, TenantsQuery } from '../access/schema.ts';
import { readConfig } from '../config.ts';
import { addPrincipal } from '../operations/access/add-principal.ts';
import { addTenant } from '../operations/access/add-tenant.ts';
import { listPrincipals } from '../operations/access/list-principals.ts';
import { listTenants } from '../operations/access/list-tenants.ts';
import { revokePrincipal } from '../operations/access/revoke-principal.ts';
import { PrincipalIdSchema } from '../schema.ts';
import { checked, newFile } from './arguments.ts';
import { addEraseTenantCommand } from './erase-tenant.ts';
import { call, type KeyOptions, withSession } from './session.ts';
import { type Column, table } from './table.ts';

interface AddOptions extends KeyOptions {
  readonly role: string;
  readonly purpose: string[];
  readonly audience?: string;
  readonly expires?: string;
  readonly save?: string;
}

type PrincipalView = Awaited<ReturnType<typeof listPrincipals>>['principals'][number];

const COLUMNS: readonly Column<PrincipalView>[] = [
  { title: 'principal', of: ({ principal }) => principal },
  { title: 'name', of: ({ name }) => name },
  { title: 'role', of: ({ role }) => role },
  { title: 'purposes', of: ({ purposes }) => purposes.join(',') || '-' },
  { title: 'audience', of: ({ audience }) => audience ?? '-' },
  {
    title: 'API key',
    of: ({ expiresAt, revokedAt }) =>
      revokedAt ? `revoked ${revokedAt}` : expiresAt ? `until ${expiresAt}` : 'active',
  },
];

type TenantView = Awaited<ReturnType<typeof listTenants>>['tenants'][number];

const TENANT_COLUMNS: readonly Column<TenantView>[] = [
  { title: 'tenant', of: ({ tenant }) => tenant },
  { title: 'name', of: ({ name }) => name },
  { title: 'since', of: ({ createdAt }) => createdAt },
  { title: 'state', of: ({ erasedAt }) => (erasedAt ? `erased ${erasedAt}` : 'live') },
];

export function addPrincipalCommands(program: Command): void {
  const principals = program.command('principals').description('who may use the vault, and for what');

  principals
    .command('add <name>')
    .description('add a principal and hand out its API key, once')
    .requiredOption('--role <role>', 'admin, app, support, receiver, auditor or security')
    .option('--purpose <purpose...>', 'the purposes for which it may ask for values', [])
    .option('--audience <audience>', 'tie it to the tokens of this audience (roles app, support and receiver)')
    .option('--expires <time>', 'when the API key stops working, such as 2027-01-31T00:00:00Z')
    .option('--save <file>', 'write the API key to a new file, mode 0600, instead of the terminal')
    .option('--key-file <file>', 'file with the API key of an administrator')
    .action(async (name: string, { role, purpose, audience, expires, save, keyFile }: AddOptions) => {
      const body = checked(AddPrincipalBody, {
        name,
        role,
        purposes: purpose,
        ...(audience === undefined ? {} : { audience }),
        ...(expires === undefined ? {} : { expiresAt: expires }),
      });
      const file = await keyFileFor(save);
      const added = await call({ keyFile }, addPrincipal, body).catch((error: unknown) => giveUp(error, file, save));
      await handOut(`Added ${name} (${role}) as ${added.principal}.`, added.apiKey, file, save);
    });

  principals
    .command('list')
    .description('list the principals of the tenant')
    .option('--key-file <file>', 'file with the API key of an administrator')
    .action(async ({ keyFile }: KeyOptions) => {
      const all = await withSession(readConfig(), { keyFile }, async ({ vault, caller }) => {
        const found: PrincipalView[] = [];
        for (let after: string | undefined; ; ) {
          const page = await listPrincipals(vault, await caller(), checked(PrincipalsQuery, { after }));
          found.push(...page.principals);
          after = page.next;
          if (after === undefined) return found;
        }
      });
      console.log(table(COLUMNS, all));
    });

  principals
    .command('revoke <id>')
    .description('revoke a principal: its API key stops working at once')
    .option('--key-file <file>', 'file with the API key of an administrator')
    .action(async (id: string, { keyFile }: KeyOptions) => {
      const principal = checked(PrincipalIdSchema, id);
      const { revokedAt } = await call({ keyFile }, revokePrincipal, { principal });
      console.log(`${principal} is revoked since ${revokedAt}.`);
    });
}

export function addTenantCommands(program: Command): void {
  const tenants = program.command('tenants').description('divisions of the vault, isolated from each other');
  addEraseTenantCommand(tenants);
  tenants
    .command('add <name>')
    .description('add a tenant and hand out the API key of its first administrator, once')
    .option('--save <file>', 'write the API key to a new file, mode 0600, instead of the terminal')
    .option('--key-file <file>', 'file with the API key of an administrator of the first tenant')
    .action(async (name: string, { save, keyFile }: KeyOptions & { save?: string }) => {
      const body = checked(AddTenantBody, { name });
      const file = await keyFileFor(save);
      const added = await call({ keyFile }, addTenant, body).catch((error: unknown) => giveUp(error, file, save));
      await handOut(`Added tenant ${name} as ${added.tenant}.`, added.apiKey, file, save);
    });

  tenants
    .command('list')
    .description('list the tenants of the vault, erased ones too')
    .option('--key-file <file>', 'file with the API key of an administrator or the security team of the first tenant')
    .action(async ({ keyFile }: KeyOptions) => {
      const all = await withSession(readConfig(), { keyFile }, async ({ vault, caller }) => {
        const found: TenantView[] = [];
        for (let after: string | undefined; ; ) {
          const page = await listTenants(vault, await caller(), checked(TenantsQuery, { after }));
          found.push(...page.tenants);
          after = page.next;
          if (after === undefined) return found;
        }
      });
      console.log(table(TENANT_COLUMNS, all));
    });
}

/** Makes the file before the principal, because a key that cannot be saved would be lost. */
async function keyFileFor(save: string | undefined): Promise<FileHandle | undefined> {
  return save === undefined ? undefined : newFile(save, 'The API key');
}

/** Removes the empty file, because nobody was added, and it would be in the way of the next try. */
async function giveUp(error: unknown, file: FileHandle | undefined, path: string | undefined): Promise<never> {
  await file?.close();
  if (path !== undefined) await rm(path, { force: true });
  throw error;
}

async function handOut(
  what: string,
  apiKey: string,
  file: FileHandle | undefined,
  path: string | undefined,
): Promise<void> {
  if (file === undefined) {
    console.log(`${what}\nIts API key, shown this once:\n${apiKey}`);
    return;
  }
  await file.writeFile(`${apiKey}\n`);
  await file.sync();
  await file.close();
  console.log(`${what}\nIts API key is in ${path}.`);
}
