/** `lethe principals change|rotate|end-key` and `lethe me`: what a principal may do from now on, and until when. */
import type { Command } from 'commander';
import { z } from 'zod';
import { ChangePrincipalBody, MAX_OVERLAP_SECONDS, RotateApiKeyBody } from '../access/schema.ts';
import { changePrincipal } from '../operations/access/change-principal.ts';
import { endApiKey } from '../operations/access/end-api-key.ts';
import { getMe } from '../operations/access/get-me.ts';
import { rotateApiKey } from '../operations/access/rotate-api-key.ts';
import { ApiKeyIdSchema } from '../schema.ts';
import { checked } from './arguments.ts';
import { onPrincipal } from './find-principal.ts';
import { giveUp, handOut, keyFileFor, SAVE } from './new-api-key.ts';
import { orHowToDeclare } from './purposes.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';

const ADMIN_KEY = ['--key-file <file>', 'file with the API key of an administrator'] as const;
const NEVER = 'never';
export const SOON_MS = 14 * 86_400_000;
const Hours = z.coerce
  .number()
  .int()
  .min(0)
  .max(MAX_OVERLAP_SECONDS / 3_600);

interface EndOptions extends UrlOptions {
  readonly expires?: string;
}

interface ChangeOptions extends EndOptions {
  readonly purpose?: string[] | false;
  readonly network?: string[] | false;
}

export function addApiKeyCommands(principals: Command): void {
  principals
    .command('change <name>')
    .description('give a principal other purposes or networks, or its API key another end; holds from the next call on')
    .option('--purpose <purpose...>', 'all purposes for which it may ask from now on')
    .option('--no-purpose', 'take every purpose from it')
    .option('--network <cidr...>', 'the only networks from which it may call from now on')
    .option('--no-network', 'let it call from everywhere')
    .option('--expires <time>', 'when its API key stops working, such as 2027-01-31T00:00:00Z, or `never`')
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async (name: string, { purpose, network, expires, url, keyFile }: ChangeOptions) => {
      const body = checked(ChangePrincipalBody, {
        ...(purpose === undefined || (purpose as unknown) === true ? {} : { purposes: purpose || [] }),
        ...(network === undefined || (network as unknown) === true ? {} : { networks: network || [] }),
        ...endOf(expires),
      });
      const orElse = orHowToDeclare(body.purposes ?? []);
      const to = await onPrincipal(
        name,
        { url, keyFile },
        (vault, caller, principal) => changePrincipal(vault, caller, { principal, ...body }).catch(orElse),
        (client, principal) => client.changePrincipal(principal, body).catch(orElse),
      );
      console.log(`${to.name} may ask for: ${to.purposes.join(', ') || 'nothing'}${from(to)}. ${until(to.expiresAt)}`);
    });

  principals
    .command('rotate <name>')
    .description('make a new API key of a principal, shown once; the one in use works for an overlap')
    .option('--overlap <hours>', 'how long the one in use works; 0 ends every other key at once', '24')
    .option(
      '--expires <time>',
      'when the new one stops working, or `never`; by default when the one in use was to, if that has an end',
    )
    .option(...SAVE)
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async (name: string, options: EndOptions & { overlap: string; save?: string }) => {
      const { overlap, expires, save, url, keyFile } = options;
      const overlapSeconds = checked(Hours, overlap) * 3_600;
      const body = checked(RotateApiKeyBody, { overlapSeconds, ...endOf(expires) });
      const file = await keyFileFor(save);
      const made = await onPrincipal(
        name,
        { url, keyFile },
        (vault, caller, principal) => rotateApiKey(vault, caller, { principal, ...body }),
        (client, principal) => client.rotateApiKey(principal, body),
      ).catch((error: unknown) => giveUp(error, file, save));
      const ends = made.ending.map(({ key, expiresAt }) => `\n${key} works until ${expiresAt}.`).join('');
      await handOut(
        `${name} has the new API key ${made.key}. ${until(made.expiresAt)}${ends}`,
        made.apiKey,
        file,
        save,
      );
    });

  principals
    .command('end-key <name> <key>')
    .description('end one API key of a principal at once, by its id (key_…); the other goes on working')
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async (name: string, id: string, { url, keyFile }: UrlOptions) => {
      const key = checked(ApiKeyIdSchema, id);
      const { endedAt } = await onPrincipal(
        name,
        { url, keyFile },
        (vault, caller, principal) => endApiKey(vault, caller, { principal, key }),
        (client, principal) => client.endApiKey(principal, key),
      );
      console.log(`${key} has ended at ${endedAt}.`);
    });
}

export function addMeCommand(program: Command): void {
  program
    .command('me')
    .description('say what an API key is: whose, for what, and until when')
    .option(...URL_OPTION)
    .option('--key-file <file>', 'file with the API key')
    .action(async ({ url, keyFile }: UrlOptions) => {
      const me = await (url === undefined
        ? call({ keyFile }, getMe)
        : through(url, keyFile, (client) => client.getMe()));
      const tied = me.audience === undefined ? '' : `, tied to the audience ${me.audience}`;
      console.log(`${me.name} (${me.role}) ${me.principal} of the tenant ${me.tenant}${tied}`);
      console.log(`May ask for: ${me.purposes.join(', ') || 'nothing'}${from(me)}. ${until(me.expiresAt)}`);
      if (me.otherKey !== undefined) {
        console.log(`Its other API key, ${me.otherKey.key}: ${until(me.otherKey.expiresAt)}`);
      }
      if (me.expiresAt !== undefined && Date.parse(me.expiresAt) < Date.now() + SOON_MS) {
        console.log('That is soon: ask an administrator for another one (`npm run lethe -- principals rotate`).');
      }
    });
}

function from({ networks }: { readonly networks?: readonly string[] | undefined }): string {
  return networks === undefined ? '' : `; calls from ${networks.join(', ') || 'nowhere'}`;
}

export function endOf(expires: string | undefined): { expiresAt?: string | null } {
  return expires === undefined ? {} : { expiresAt: expires === NEVER ? null : expires };
}

function until(expiresAt: string | undefined): string {
  return expiresAt === undefined ? 'The API key has no end.' : `The API key works until ${expiresAt}.`;
}
