/** `lethe principals` and `lethe tenants`. */
import type { Command } from 'commander';
import { AddPrincipalBody, AddTenantBody, TenantsQuery } from '../access/schema.ts';
import { readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import { addPrincipal } from '../operations/access/add-principal.ts';
import { addTenant } from '../operations/access/add-tenant.ts';
import { changeTenant } from '../operations/access/change-tenant.ts';
import { listTenants } from '../operations/access/list-tenants.ts';
import { revokePrincipal } from '../operations/access/revoke-principal.ts';
import { PrincipalIdSchema } from '../schema.ts';
import { addApiKeyCommands, endOf, SOON_MS } from './api-keys.ts';
import { checked } from './arguments.ts';
import { addEraseTenantCommand } from './erase-tenant.ts';
import { allPrincipals, allPrincipalsThrough, type PrincipalView } from './find-principal.ts';
import { giveUp, handOut, keyFileFor, SAVE } from './new-api-key.ts';
import { orHowToDeclare } from './purposes.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call, type KeyOptions, type Session, withSession } from './session.ts';
import { type Column, table } from './table.ts';

interface AddOptions extends UrlOptions {
  readonly role: string;
  readonly purpose: string[];
  readonly audience?: string;
  readonly network?: string[];
  readonly expires?: string;
  readonly save?: string;
}

/** Here or through a server: what both say of a principal. */
type Listed = Omit<PrincipalView, 'principal' | 'purposes' | 'keys' | 'networks'> & {
  readonly principal: string;
  readonly purposes: readonly string[];
  readonly networks?: readonly string[] | undefined;
  readonly keys: readonly { readonly key: string; readonly expiresAt?: string | undefined }[];
};

const COLUMNS: readonly Column<Listed>[] = [
  { title: 'principal', of: ({ principal }) => principal },
  { title: 'name', of: ({ name }) => name },
  { title: 'role', of: ({ role }) => role },
  { title: 'purposes', of: ({ purposes }) => purposes.join(',') || '-' },
  { title: 'audience', of: ({ audience }) => audience ?? '-' },
  { title: 'networks', of: ({ networks }) => (networks === undefined ? '-' : networks.join(',') || 'none') },
  {
    title: 'API key',
    of: ({ expiresAt, revokedAt, keys }) =>
      revokedAt ? `revoked ${revokedAt}` : keys.map(keyState).join(', ') || `ended ${expiresAt ?? ''}`.trim(),
  },
];

/** Two keys are told apart by their ids; one alone needs none. */
function keyState({ key, expiresAt }: Listed['keys'][number], _: number, { length }: readonly unknown[]): string {
  const isSoon = expiresAt !== undefined && Date.parse(expiresAt) < Date.now() + SOON_MS;
  const state = expiresAt ? `until ${expiresAt}${isSoon ? ' (soon)' : ''}` : 'without an end';
  return length > 1 ? `${key} ${state}` : state;
}

type TenantView = Awaited<ReturnType<typeof listTenants>>['tenants'][number];

const TENANT_COLUMNS: readonly Column<TenantView>[] = [
  { title: 'tenant', of: ({ tenant }) => tenant },
  { title: 'name', of: ({ name }) => name },
  { title: 'since', of: ({ createdAt }) => createdAt },
  { title: 'state', of: ({ erasedAt, suspendedAt }) => stateOf(erasedAt, suspendedAt) },
];

function stateOf(erasedAt: string | undefined, suspendedAt: string | undefined): string {
  if (erasedAt !== undefined) return `erased ${erasedAt}`;
  return suspendedAt === undefined ? 'live' : `suspended ${suspendedAt}`;
}

export function addPrincipalCommands(program: Command): void {
  const principals = program.command('principals').description('who may use the vault, and for what');

  principals
    .command('add <name>')
    .description('add a principal and hand out its API key, once')
    .requiredOption('--role <role>', 'admin, app, support, receiver, auditor, security, or a role of your own')
    .option(
      '--purpose <purpose...>',
      'the purposes for which it may ask for values, each declared (`purposes declare`)',
      [],
    )
    .option('--audience <audience>', 'tie it to the tokens of this audience (roles app, support and receiver)')
    .option('--network <cidr...>', 'the only networks from which it may call, such as 10.0.0.0/8')
    .option('--expires <time>', 'when the API key stops working, such as 2027-01-31T00:00:00Z, or `never`')
    .option(...SAVE)
    .option(...URL_OPTION)
    .option('--key-file <file>', 'file with the API key of an administrator')
    .action(async (name: string, { role, purpose, audience, network, expires, save, url, keyFile }: AddOptions) => {
      const body = checked(AddPrincipalBody, {
        name,
        role,
        purposes: purpose,
        ...(audience === undefined ? {} : { audience }),
        ...(network === undefined ? {} : { networks: network }),
        ...endOf(expires),
      });
      const file = await keyFileFor(save);
      const added = await (url === undefined
        ? call({ keyFile }, addPrincipal, body).catch(orHowToDeclare(purpose))
        : through(url, keyFile, (client) => client.addPrincipal(body).catch(orHowToDeclare(purpose)))
      ).catch((error: unknown) => giveUp(error, file, save));
      await handOut(`Added ${name} (${role}) as ${added.principal}.`, added.apiKey, file, save);
    });

  principals
    .command('list')
    .description('list the principals of the tenant')
    .option(...URL_OPTION)
    .option('--key-file <file>', 'file with the API key of an administrator')
    .action(async ({ url, keyFile }: UrlOptions) => {
      const all: readonly Listed[] = await (url === undefined
        ? withSession(readConfig(), { keyFile }, allPrincipals)
        : through(url, keyFile, allPrincipalsThrough));
      console.log(table(COLUMNS, all));
    });
  addApiKeyCommands(principals);

  principals
    .command('revoke <id>')
    .description('revoke a principal: its API keys stop working at once')
    .option(...URL_OPTION)
    .option('--key-file <file>', 'file with the API key of an administrator')
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const principal = checked(PrincipalIdSchema, id);
      const { revokedAt } = await (url === undefined
        ? call({ keyFile }, revokePrincipal, { principal })
        : through(url, keyFile, (client) => client.revokePrincipal(principal)));
      console.log(`${principal} is revoked since ${revokedAt}.`);
    });
}

async function allTenants({ vault, caller }: Session): Promise<TenantView[]> {
  const found: TenantView[] = [];
  for (let after: string | undefined; ; ) {
    const page = await listTenants(vault, await caller(), checked(TenantsQuery, { after }));
    found.push(...page.tenants);
    after = page.next;
    if (after === undefined) return found;
  }
}

export function addTenantCommands(program: Command): void {
  const tenants = program.command('tenants').description('divisions of the vault, isolated from each other');
  addEraseTenantCommand(tenants);
  tenants
    .command('add <name>')
    .description('add a tenant and hand out the API key of its first administrator, once')
    .option(...SAVE)
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
      console.log(table(TENANT_COLUMNS, await withSession(readConfig(), { keyFile }, allTenants)));
    });

  for (const [verb, suspended, what] of [
    ['suspend', true, 'refuse every call of a tenant, from now on; nothing of it is lost'],
    ['resume', false, 'let a suspended tenant go on'],
  ] as const) {
    tenants
      .command(`${verb} <name>`)
      .description(what)
      .option('--key-file <file>', 'file with the API key of an administrator or the security team of the first tenant')
      .action(async (name: string, { keyFile }: KeyOptions) => {
        const { tenant } = await withSession(readConfig(), { keyFile }, async (session) => {
          const found = (await allTenants(session)).find((one) => one.name === name || one.tenant === name);
          if (found === undefined) throw new StartError('No tenant has this name.');
          const { tenant } = found;
          return changeTenant(session.vault, await session.caller(), { tenant, suspended });
        });
        console.log(suspended ? `${name} (${tenant}) is suspended.` : `${name} (${tenant}) goes on.`);
      });
  }
}
