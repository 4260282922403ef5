/** `lethe keys slots`: the root slots, which hold epoch secrets. */
import type { Command } from 'commander';
import { type Config, readConfig } from '../config.ts';
import { codeOf } from '../errors.ts';
import { AddSlotBody, RemoveSlotBody, type SlotListed } from '../keyring/schema.ts';
import { addSlot } from '../operations/keys/add-slot.ts';
import { checkSlotsHere } from '../operations/keys/check-slots.ts';
import { checkSlotsUnopened } from '../operations/keys/check-slots-unopened.ts';
import { slotsHere } from '../operations/keys/list-slots.ts';
import { removeSlotHere } from '../operations/keys/remove-slot.ts';
import { checked } from './arguments.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call, KEY_FILE, type KeyOptions, withSession } from './session.ts';
import { type Column, table } from './table.ts';

interface AddOptions extends KeyOptions {
  readonly kind: string;
  readonly optional?: boolean;
  readonly path?: string;
  readonly library?: string;
  readonly token?: string;
  readonly serial?: string;
  readonly url?: string;
  readonly mount?: string;
  readonly namespace?: string;
}

const COLUMNS: readonly Column<SlotListed>[] = [
  { title: 'slot', of: ({ name }) => name },
  { title: 'kind', of: ({ kind }) => kind },
  {
    title: 'state',
    of: ({ required, removedAt }) => (removedAt ? `removed ${removedAt}` : required ? 'required' : 'optional'),
  },
  { title: 'settings', of: ({ settings }) => settingsOf(settings) },
];

function settingsOf({ tier: _, cluster: __, ...rest }: SlotListed['settings']): string {
  return Object.entries(rest)
    .map(([key, value]) => `${key}=${value}`)
    .join('  ');
}

/** @param keys the command `lethe keys` */
export function addSlotCommands(keys: Command): void {
  const slots = keys.command('slots').description('the root slots: places that hold epoch secrets and can delete them');

  slots
    .command('add <name>')
    .description('try a root slot out, give it the secrets in use, and put it into the list')
    .requiredOption('--kind <kind>', 'file, pkcs11 or transit')
    .option('--optional', 'epochs begin although it is out of reach')
    .option('--path <folder>', 'file: an absolute path, best on a disk of its own')
    .option('--library <file>', 'pkcs11: the library of the HSM, an absolute path')
    .option('--token <label>', 'pkcs11: the label of the token; its PIN is LETHE_HSM_PIN or LETHE_HSM_PIN_FILE')
    .option('--serial <number>', 'pkcs11: the serial number, where two tokens have one label')
    .option('--url <url>', 'transit: such as https://bao.internal:8200; its token is LETHE_TRANSIT_TOKEN or …_FILE')
    .option('--mount <path>', 'transit: the path of the engine (default transit)')
    .option('--namespace <path>', 'transit: the namespace')
    .option(...KEY_FILE)
    .action(async (name: string, { keyFile, optional, kind, ...settings }: AddOptions) => {
      const body = checked(AddSlotBody, { name, kind, required: optional !== true, settings });
      const { attestation, epochs } = await call({ keyFile }, addSlot, body);
      console.log(`The root slot ${name} (${attestation.product}, tier ${attestation.tier}) is in force.`);
      console.log(`It holds ${epochs.length === 1 ? 'epoch' : 'epochs'} ${epochs.join(', ')}. ${attestation.limits}`);
    });

  slots
    .command('remove <name>')
    .description('take a root slot off the list, and destroy what it holds')
    .option('--abandon', 'although it is out of reach: what it holds is then never destroyed, and certificates say so')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async (name: string, { url, keyFile, abandon = false }: UrlOptions & { abandon?: boolean }) => {
      const body = checked(RemoveSlotBody, { name, abandon });
      const { destroyed, left } = await (url === undefined
        ? call({ keyFile }, removeSlotHere, body)
        : through(url, keyFile, (client) => client.removeSlot(name, { abandon })));
      console.log(`The root slot ${name} is removed. Destroyed in it: ${list(destroyed)}.`);
      if (left.length === 0) return;
      console.log(
        `NOT destroyed in it: ${list(left)}. Erasures that these epochs protect stay pending. If it can be reached again, run the same command.`,
      );
      process.exitCode = 1;
    });

  slots
    .command('check')
    .description(
      'ask every root slot what it is and what it holds; exit code 1 if a required one fails, or a destroyed secret came back',
    )
    .option('--destroy-returned', 'destroy what came back again, at once')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async ({ url, keyFile, destroyReturned = false }: UrlOptions & { destroyReturned?: boolean }) => {
      const found = await (url === undefined
        ? checkHere(keyFile, destroyReturned)
        : through(url, keyFile, (client) => client.checkSlots({ destroyReturned })));
      if (found === undefined) return;
      const { slots: checks, remains } = found;
      for (const {
        name,
        required,
        tier,
        product,
        holds,
        lacks,
        wrong,
        returned,
        latencyMs,
        problem,
        healthy,
      } of checks) {
        const part = required ? 'required' : 'optional';
        const what = product === undefined ? '' : `${product}, tier ${tier}, ${latencyMs} ms`;
        console.log([name, part, healthy ? 'ok' : 'FAILS', problem ?? what].join('  '));
        console.log(`  holds ${list(holds)}`);
        if (lacks.length > 0) console.log(`  lacks ${list(lacks)}: add it again to fill it`);
        if (wrong.length > 0) console.log(`  has another secret for ${list(wrong)}`);
        if (returned.length > 0)
          console.log(
            `  CAME BACK although destroyed: ${list(returned)}. ${sayReturned(destroyReturned && problem === undefined)}`,
          );
      }
      for (const { name, epochs } of remains) console.log(`${name}  removed  still holds ${list(epochs)}`);
      const fails = checks.some(({ required, healthy, returned }) => returned.length > 0 || (required && !healthy));
      if (fails) process.exitCode = 1;
    });

  slots
    .command('list')
    .description('list the root slots there are, and were')
    .option(...URL_OPTION)
    .option(...KEY_FILE)
    .action(async ({ url, keyFile }: UrlOptions) => {
      const entries = await (url === undefined
        ? call({ keyFile }, slotsHere)
        : through(url, keyFile, (client) => client.listSlots()));
      console.log(table(COLUMNS, entries));
    });
}

function checkHere(keyFile: string | undefined, destroyReturned: boolean) {
  const config = readConfig();
  return withSession(config, { keyFile }, async ({ vault, caller }) =>
    checkSlotsHere(vault, await caller(), { destroyReturned }),
  ).catch((error: unknown) => sayUnopened(config, error));
}

/**
 * Says what can be said of the slots of a vault that does not open for want of one.
 * @throws the error, where it is another
 */
async function sayUnopened(config: Config, error: unknown): Promise<undefined> {
  if (codeOf(error) !== 'key_unavailable') throw error;
  const looked = await checkSlotsUnopened(config).catch(() => {
    throw error;
  });
  console.log(`The vault does not open: ${(error as Error).message}`);
  for (const { name, required, product, problem, has } of looked) {
    const state = problem !== undefined ? 'FAILS' : has.length === 0 ? 'EMPTY' : 'answers';
    console.log([name, required ? 'required' : 'optional', state, problem ?? product].join('  '));
    if (problem === undefined) console.log(`  has something of ${list(has)}`);
  }
  process.exitCode = 1;
}

function sayReturned(isDestroyed: boolean): string {
  return isDestroyed
    ? 'Destroyed again. Find out from where it came: there is a copy.'
    : 'Find out from where, then: npm run lethe -- keys slots check --destroy-returned';
}

function list(epochs: readonly number[]): string {
  return epochs.length === 0 ? 'no epoch' : `${epochs.length === 1 ? 'epoch' : 'epochs'} ${epochs.join(', ')}`;
}
