/** `lethe purposes`: for what values may be asked, what people are told of it, and what it rests on. */
import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { DeclarePurposeBody, PurposeParams, type PurposeReply } from '../access/purposes/schema.ts';
import { StartError } from '../errors.ts';
import { declarePurpose } from '../operations/access/declare-purpose.ts';
import { endPurpose } from '../operations/access/end-purpose.ts';
import { getPurpose } from '../operations/access/get-purpose.ts';
import { listPurposes } from '../operations/access/list-purposes.ts';
import { checked } from './arguments.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';
import { type Column, table } from './table.ts';

const ANY_KEY = ['--key-file <file>', 'file with an API key of the tenant'] as const;
const BASES = DeclarePurposeBody.shape.basis.options;
const ADMIN_KEY = ['--key-file <file>', 'file with the API key of an administrator'] as const;

interface DeclareOptions extends UrlOptions {
  readonly basis: string;
  readonly told: string;
  readonly type?: string[];
  /** False where compelling grounds stand against an objection. */
  readonly objection: boolean;
}

/** Here or through a server: what both say of a purpose. */
type Purpose = Omit<z.infer<typeof PurposeReply>, 'types'> & { readonly types?: readonly string[] | undefined };

const COLUMNS: readonly Column<Purpose>[] = [
  { title: 'purpose', of: ({ purpose }) => purpose },
  { title: 'basis', of: ({ basis, damaged }) => (damaged ? 'DAMAGED' : basis) },
  { title: 'a person may', of: rightOf },
  { title: 'types', of: ({ types }) => types?.join(',') ?? 'all' },
  { title: 'state', of: stateOf },
  { title: 'told', shrinks: true, of: ({ told }) => told ?? '-' },
];

export function addPurposeCommands(program: Command): void {
  const purposes = program
    .command('purposes')
    .description('for what values may be asked, and what people are told of it');

  purposes
    .command('declare <purpose>')
    .description('declare a purpose, or say something else of it; what stands already is no change')
    .addOption(new Option('--basis <basis>', 'its legal basis (GDPR Art. 6)').choices(BASES).makeOptionMandatory())
    .requiredOption('--told <text>', 'what people are told: what their data is used for')
    .option('--type <type...>', 'the data types that it needs; by default all')
    .option('--no-objection', 'compelling grounds stand against an objection (GDPR Art. 21)')
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async (word: string, { basis, told, type, objection, url, keyFile }: DeclareOptions) => {
      const { purpose } = checked(PurposeParams, { purpose: word });
      const types = type === undefined ? {} : { types: type };
      const body = checked(DeclarePurposeBody, { basis, told, ...types, ...(objection ? {} : { mayObject: false }) });
      const declared: Purpose = await (url === undefined
        ? call({ keyFile }, declarePurpose, { purpose, ...body })
        : through(url, keyFile, (client) => client.declarePurpose(purpose, body)));
      console.log(`${purpose} is declared, version ${declared.version}. A person may ${rightOf(declared)}.`);
    });

  purposes
    .command('list')
    .description('list the purposes of the tenant, ended ones too')
    .option(...URL_OPTION)
    .option(...ANY_KEY)
    .action(async ({ url, keyFile }: UrlOptions) => {
      const all: readonly Purpose[] = await (url === undefined
        ? call({ keyFile }, listPurposes).then((reply) => reply.purposes)
        : through(url, keyFile, (client) => client.listPurposes()));
      console.log(table(COLUMNS, all, process.stdout.columns));
    });

  purposes
    .command('show <purpose>')
    .description('show a purpose, and what people were told before')
    .option(...URL_OPTION)
    .option(...ANY_KEY)
    .action(async (word: string, { url, keyFile }: UrlOptions) => {
      const { purpose } = checked(PurposeParams, { purpose: word });
      const { present, earlier }: { present: Purpose; earlier: readonly Purpose[] } = await (url === undefined
        ? call({ keyFile }, getPurpose, { purpose })
        : through(url, keyFile, (client) => client.getPurpose(purpose)));
      for (const one of [present, ...earlier]) {
        console.log(`${one.purpose}, version ${one.version}, since ${one.changedAt}: ${stateOf(one)}`);
        console.log(`  told   ${one.told ?? '-'}`);
        console.log(`  basis  ${one.basis}; a person may ${rightOf(one)}`);
        console.log(`  types  ${one.types?.join(', ') ?? 'all'}`);
      }
    });

  purposes
    .command('end <purpose>')
    .description('end a purpose that no principal has any more: it can be given to nobody')
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async (word: string, { url, keyFile }: UrlOptions) => {
      const { purpose } = checked(PurposeParams, { purpose: word });
      const ended: Purpose = await (url === undefined
        ? call({ keyFile }, endPurpose, { purpose })
        : through(url, keyFile, (client) => client.endPurpose(purpose)));
      console.log(`${purpose} has ended at ${ended.endedAt}.`);
    });
}

/**
 * Says how the purposes that a principal was to be given are declared: what was typed is there to be typed again.
 * @param words the purposes that were typed; they have passed the schema
 */
export function orHowToDeclare(words: readonly string[]): (error: unknown) => never {
  return (error) => {
    // The vault's own error, or the client's.
    const { code, field, errors } = error as { code?: string; field?: string; errors: readonly { field?: string }[] };
    if (code !== 'unknown_purpose') throw error;
    const places = errors.length > 0 ? errors.map((one) => one.field) : [field];
    const unknown = new Set(words.filter((_, i) => places.includes(`purposes/${i}`)));
    const lines = [...unknown].map(
      (word) => `\n  npm run lethe -- purposes declare ${word} --basis BASIS --told "TEXT"`,
    );
    throw new StartError(
      `${[...unknown].join(', ')}: not declared, or ended (unknown_purpose). An administrator declares it first, with ` +
        `what people are told of it; BASIS is one of ${BASES.join(', ')}:${lines.join('')}`,
    );
  };
}

function rightOf({ mayObject, mayWithdraw }: Purpose): string {
  return mayWithdraw ? 'withdraw' : mayObject ? 'object' : 'neither object nor withdraw';
}

function stateOf({ endedAt, told, damaged }: Purpose): string {
  if (endedAt !== undefined) return `ended ${endedAt}`;
  return told === undefined || damaged ? 'to be declared' : 'in use';
}
