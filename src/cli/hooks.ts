/** `lethe hooks`: who else is told what happens. */
import type { Command } from 'commander';
import { z } from 'zod';
import {
  AddHookBody,
  ChangeHookBody,
  DeliveriesQuery,
  type HookView,
  MAX_OVERLAP_SECONDS,
  RotateHookBody,
} from '../hooks/schema.ts';
import { addHook } from '../operations/hooks/add-hook.ts';
import { changeHook } from '../operations/hooks/change-hook.ts';
import { listDeliveries } from '../operations/hooks/list-deliveries.ts';
import { listHooks } from '../operations/hooks/list-hooks.ts';
import { removeHook } from '../operations/hooks/remove-hook.ts';
import { rotateHook } from '../operations/hooks/rotate-hook.ts';
import { testHook } from '../operations/hooks/test-hook.ts';
import { HookIdSchema } from '../schema.ts';
import { checked } from './arguments.ts';
import { giveUp, handOutSecret, keyFileFor } from './new-api-key.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';
import { type Column, table } from './table.ts';

const KEY = ['--key-file <file>', 'file with the API key of an administrator or the security team'] as const;
const SAVE = ['--save <file>', 'write the secret to a new file, mode 0600, instead of the terminal'] as const;
const EVENT = ['--event <event...>', 'what it is told, such as integrity.failed; everything by default'] as const;
const Hours = z.coerce
  .number()
  .int()
  .min(0)
  .max(MAX_OVERLAP_SECONDS / 3_600);

interface SecretOptions extends UrlOptions {
  readonly save?: string;
}

/** Here or through a server: what both say of a hook. */
type Listed = Omit<HookView, 'hook' | 'events'> & {
  readonly hook: string;
  readonly events?: readonly string[] | undefined;
};

const COLUMNS: readonly Column<Listed>[] = [
  { title: 'hook', of: ({ hook }) => hook },
  { title: 'url', of: ({ url }) => url ?? 'damaged' },
  { title: 'events', of: ({ events }) => events?.join(',') ?? 'all' },
  { title: 'state', of: ({ state, paused }) => (paused === undefined ? state : `${state} (${paused})`) },
  { title: 'last failure', of: ({ failure }) => failure ?? '-' },
  { title: 'pending', right: true, of: ({ pending }) => String(pending) },
  { title: 'last taken', of: ({ deliveredAt }) => deliveredAt ?? '-' },
];

export function addHookCommands(program: Command): void {
  const hooks = program.command('hooks').description('who else is told what happens, by signed messages of ids');

  hooks
    .command('add <address>')
    .description('add an address that is told what happens, and hand out the secret that signs it, once')
    .option(...EVENT)
    .option(...SAVE)
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (address: string, options: SecretOptions & { event?: string[] }) => {
      const { event, save, url, keyFile } = options;
      const body = checked(AddHookBody, { url: address, ...(event && { events: event }) });
      const file = await keyFileFor(save, 'The secret');
      const added = await (url === undefined
        ? call({ keyFile }, addHook, body)
        : through(url, keyFile, (client) => client.addHook(body))
      ).catch((error: unknown) => giveUp(error, file, save));
      await handOutSecret(`Added the hook ${added.hook}.`, 'The secret that signs it', added.secret, file, save);
    });

  hooks
    .command('list')
    .description('list the hooks, and how they get on')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async ({ url, keyFile }: UrlOptions) => {
      const all: readonly Listed[] = await (url === undefined
        ? call({ keyFile }, listHooks).then((reply) => reply.hooks)
        : through(url, keyFile, (client) => client.listHooks()));
      console.log(table(COLUMNS, all));
    });

  addChange(hooks, 'pause', 'tell it nothing until it is resumed; what happens meanwhile is kept for 30 days', {
    paused: true,
  });
  addChange(hooks, 'resume', 'tell it again, and first what it missed', { paused: false });

  hooks
    .command('change <hook>')
    .description('change what a hook is told')
    .option(...EVENT)
    .option('--all', 'everything')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { event, all, ...options }: UrlOptions & { event?: string[]; all?: true }) => {
      const body = checked(ChangeHookBody, all ? { events: null } : event === undefined ? {} : { events: event });
      const changed = await change(id, body, options);
      console.log(`${changed.hook} is told: ${changed.events?.join(', ') ?? 'everything'}.`);
    });

  hooks
    .command('remove <hook>')
    .description('remove a hook; it is told nothing more')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const hook = checked(HookIdSchema, id);
      const { removedAt } = await (url === undefined
        ? call({ keyFile }, removeHook, { hook })
        : through(url, keyFile, (client) => client.removeHook(hook)));
      console.log(`${hook} is removed since ${removedAt}.`);
    });

  hooks
    .command('rotate <hook>')
    .description('make a new secret, shown once; messages carry both signatures for an overlap')
    .option('--overlap <hours>', 'how long the one before signs, too; 0 ends it at once', '24')
    .option(...SAVE)
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { overlap, save, url, keyFile }: SecretOptions & { overlap: string }) => {
      const hook = checked(HookIdSchema, id);
      const body = checked(RotateHookBody, { overlapSeconds: checked(Hours, overlap) * 3_600 });
      const file = await keyFileFor(save, 'The secret');
      const made = await (url === undefined
        ? call({ keyFile }, rotateHook, { hook, ...body })
        : through(url, keyFile, (client) => client.rotateHook(hook, body))
      ).catch((error: unknown) => giveUp(error, file, save));
      const ends = made.earlierSecretUntil === undefined ? 'ended at once' : `signs until ${made.earlierSecretUntil}`;
      const what = `${hook} has a new secret; the one before ${ends}.`;
      await handOutSecret(what, 'The new secret', made.secret, file, save);
    });

  hooks
    .command('test <hook>')
    .description('send a hook a message of the type hook.test')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const hook = checked(HookIdSchema, id);
      const { event } = await (url === undefined
        ? call({ keyFile }, testHook, { hook })
        : through(url, keyFile, (client) => client.testHook(hook)));
      console.log(
        `A running server sends it within seconds, as ${event}: \`npm run lethe -- hooks deliveries ${hook}\`.`,
      );
    });

  hooks
    .command('deliveries <hook>')
    .description('list the last 100 things that a hook was told, or is to be told')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const hook = checked(HookIdSchema, id);
      const { deliveries } = await (url === undefined
        ? call({ keyFile }, listDeliveries, { hook, ...checked(DeliveriesQuery, {}) })
        : through(url, keyFile, (client) => client.listDeliveries(hook)));
      const columns: readonly Column<(typeof deliveries)[number]>[] = [
        { title: 'event', of: ({ event }) => event },
        { title: 'at', of: ({ at }) => at },
        { title: 'state', of: ({ state }) => state },
        { title: 'what', of: ({ name }) => name },
      ];
      console.log(table(columns, deliveries));
    });
}

type Change = z.output<typeof ChangeHookBody>;

function addChange(hooks: Command, name: string, description: string, body: Change): void {
  hooks
    .command(`${name} <hook>`)
    .description(description)
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, options: UrlOptions) => {
      const { hook, state, pending } = await change(id, body, options);
      console.log(`${hook} is ${state}; ${pending} events are to be told.`);
    });
}

function change(id: string, body: Change, { url, keyFile }: UrlOptions): Promise<Listed> {
  const hook = checked(HookIdSchema, id);
  return url === undefined
    ? call({ keyFile }, changeHook, { hook, ...body })
    : through(url, keyFile, (client) => client.changeHook(hook, body));
}
