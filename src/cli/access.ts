/** `lethe access`: what each role allows, and why somebody may do something or not. */
import { type Command, Option } from 'commander';
import { ActionSchema, ExplainBody, MatrixQuery } from '../access/roles/schema.ts';
import type { AccessExplained, Loose, RoleCells } from '../client/shapes.ts';
import { explainAccess } from '../operations/access/explain-access.ts';
import { readAccessMatrix } from '../operations/access/read-access-matrix.ts';
import { checked } from './arguments.ts';
import { cellsTable } from './cells-table.ts';
import { addExposureCommand } from './exposure.ts';
import { onPrincipal } from './find-principal.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { addReviewCommand } from './review.ts';
import { call } from './session.ts';

const READER_KEY = ['--key-file <file>', 'file with the API key of an administrator, auditor or security'] as const;

interface ExplainOptions extends UrlOptions {
  readonly role?: true;
  readonly type?: string;
  readonly view?: string;
  readonly purpose?: string;
  readonly reason?: string;
  readonly ticket?: string;
  readonly address?: string;
  readonly at?: string;
}

/** What stands in the way, in words. */
const IN_WORDS: Readonly<Record<string, string>> = {
  another_role: 'a role with a rule for this action',
  conditions: 'a call that meets the conditions of a rule',
  no_denial: 'that no denial matches',
  no_audience: 'a principal that is tied to no audience',
  purpose: 'a stated purpose that it has',
  purpose_for_type: 'a stated purpose that needs this data type',
  wider_view: 'a rule with a wider view, or a call for a narrower one',
};

export function addAccessCommands(program: Command): void {
  const access = program.command('access').description('who may see what, and why');
  addExposureCommand(access);
  addReviewCommand(access);

  access
    .command('matrix [role]')
    .description('all that each role allows, or one of them; what is not shown is refused')
    .option(...URL_OPTION)
    .option(...READER_KEY)
    .action(async (name: string | undefined, { url, keyFile }: UrlOptions) => {
      const query = checked(MatrixQuery, name === undefined ? {} : { role: name });
      const roles: Loose<readonly RoleCells[]> = await (url === undefined
        ? call({ keyFile }, readAccessMatrix, query).then((reply) => reply.roles)
        : through(url, keyFile, (client) => client.readAccessMatrix(query.role)));
      console.log(roles.map(({ role, cells }) => `${role}\n${cellsTable(cells, ' ')}`).join('\n\n'));
    });

  access
    .command('explain <who>')
    .description('why a principal may do something, or may not; with --role: anybody with that role')
    .addOption(new Option('--action <action>', 'what it would do').choices(ActionSchema.options).default('detokenize'))
    .option('--role', 'WHO is a role')
    .option('--type <type>', 'the data type')
    .option('--view <view>', 'the view asked for')
    .option('--purpose <purpose>', 'the purpose stated')
    .option('--reason <reason>', 'the reason stated')
    .option('--ticket <ticket>', 'the ticket named')
    .option('--address <address>', 'where the call would come from')
    .option('--at <time>', 'when it would come, such as 2027-01-31T09:00:00Z; by default now')
    .option(...URL_OPTION)
    .option(...READER_KEY)
    .action(async (who: string, { role, url, keyFile, type, view, ...said }: ExplainOptions & { action: string }) => {
      const asked = { ...said, ...(type === undefined ? {} : { value: { type, ...(view && { view }) } }) };
      const found: Loose<AccessExplained> = role
        ? await ofRole(checked(ExplainBody, { role: who, ...asked, purposes: asked.purpose ? [asked.purpose] : [] }))
        : await onPrincipal(
            who,
            { url, keyFile },
            (vault, caller, principal) => explainAccess(vault, caller, checked(ExplainBody, { principal, ...asked })),
            (client, principal) => client.explainAccess(checked(ExplainBody, { principal, ...asked })),
          );
      console.log(inWords(found));

      function ofRole(body: ReturnType<(typeof ExplainBody)['parse']>): Promise<Loose<AccessExplained>> {
        return url === undefined
          ? call({ keyFile }, explainAccess, body)
          : through(url, keyFile, (client) => client.explainAccess(body));
      }
    });
}

function inWords({ allowed, view, code, role, rules, needs }: Loose<AccessExplained>): string {
  const answer = allowed ? `Allowed${view ? `, as ${view}` : ''}.` : `Refused (${code}).`;
  const lines = rules.map(({ rule, effect, counts, unmet, untold }) => {
    const why = [
      unmet.length > 0 ? `not met: ${unmet.join(', ')}` : '',
      untold.length > 0 ? `unknown: ${untold.join(', ')}` : '',
    ];
    const what = rule === 0 ? 'what every API key may do' : `rule ${rule} of ${role}`;
    return `  ${what}: ${effect}, ${counts ? 'counts' : 'does not count'}${why
      .filter(Boolean)
      .map((each) => `; ${each}`)
      .join('')}`;
  });
  const needed = needs.map((need) => `  needed: ${IN_WORDS[need] ?? need}`);
  return [answer, ...(lines.length > 0 ? lines : [`  no rule of ${role} names this`]), ...needed].join('\n');
}
