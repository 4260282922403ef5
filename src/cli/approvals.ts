/** `lethe approvals`: what waits for a second person, and who says yes. */
import type { Command } from 'commander';
import { AnswerBody, ApprovalParams, ApprovalsQuery, PolicyBody } from '../access/approvals/schema.ts';
import type { LetheClient } from '../client/lethe-client.ts';
import type { Approval, ApprovalPolicyState, Loose } from '../client/shapes.ts';
import { endApprovalPolicy } from '../operations/approvals/end-policy.ts';
import { getApproval } from '../operations/approvals/get-approval.ts';
import { getApprovalPolicy } from '../operations/approvals/get-policy.ts';
import { giveApproval } from '../operations/approvals/give-approval.ts';
import { listApprovals } from '../operations/approvals/list-approvals.ts';
import { refuseApproval } from '../operations/approvals/refuse-approval.ts';
import { setApprovalPolicy } from '../operations/approvals/set-policy.ts';
import { withdrawApproval } from '../operations/approvals/withdraw-approval.ts';
import { Count, checked } from './arguments.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';
import { type Column, table } from './table.ts';

const KEY = ['--key-file <file>', 'file with your own API key: the approver’s, not that of who asked'] as const;
const ASKERS_KEY = ['--key-file <file>', 'file with the API key that has asked'] as const;
const ADMIN_KEY = ['--key-file <file>', 'file with the API key of an administrator'] as const;
const REASON = ['--reason <text>', 'why; the log keeps a MAC of it'] as const;

type Shown = Loose<Approval>;
type Policy = Loose<ApprovalPolicyState>;

const COLUMNS: readonly Column<Shown>[] = [
  { title: 'approval', of: ({ approval }) => approval },
  { title: 'state', of: ({ state, damaged }) => (damaged ? 'DAMAGED' : state) },
  { title: 'what', of: ({ action }) => action },
  { title: 'of what', shrinks: true, of: ({ about }) => inShort(about) },
  { title: 'asked by', of: ({ orderedBy }) => orderedBy },
  { title: 'until', of: ({ expiresAt }) => expiresAt },
];

export function addApprovalCommands(program: Command): void {
  const approvals = program.command('approvals').description('what waits for a second person, and who has said yes');

  approvals
    .command('list')
    .description('list what waits, and what did, the newest first')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async ({ url, keyFile }: UrlOptions) => {
      const all: readonly Shown[] = await (url === undefined
        ? call({ keyFile }, listApprovals, checked(ApprovalsQuery, {})).then((reply) => reply.approvals)
        : through(url, keyFile, (client) => client.listApprovals().then((reply) => reply.approvals)));
      console.log(table(COLUMNS, all, process.stdout.columns));
    });

  approvals
    .command('show <approval>')
    .description('show all that is asked for')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const { approval } = checked(ApprovalParams, { approval: id });
      const shown = await (url === undefined
        ? call({ keyFile }, getApproval, { approval })
        : through(url, keyFile, (client) => client.getApproval(approval)));
      console.log(JSON.stringify(shown, null, 2));
    });

  addAnswer(approvals, 'approve', 'say yes to what somebody else has asked for', {
    here: giveApproval,
    there: (client, approval, reason) => client.giveApproval(approval, { reason }),
    says: ({ orderedBy, expiresAt, needed, approvedBy }) =>
      approvedBy.length < needed
        ? `${approvedBy.length} of ${needed} have approved it; it waits for more until ${expiresAt}.`
        : `Nothing is done yet: ${orderedBy} now sends the same call again, before ${expiresAt}.`,
  });
  addAnswer(approvals, 'refuse', 'say no to what somebody else has asked for, for good', {
    here: refuseApproval,
    there: (client, approval, reason) => client.refuseApproval(approval, { reason }),
    says: () => 'It is refused for good. Whoever asked may ask anew.',
  });

  approvals
    .command('withdraw <approval>')
    .description('take back what you have asked for yourself')
    .option(...URL_OPTION)
    .option(...ASKERS_KEY)
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const { approval } = checked(ApprovalParams, { approval: id });
      await (url === undefined
        ? call({ keyFile }, withdrawApproval, { approval })
        : through(url, keyFile, (client) => client.withdrawApproval(approval)));
      console.log(`${approval} is withdrawn.`);
    });
  addPolicy(approvals);
}

interface Answer {
  readonly here: typeof giveApproval | typeof refuseApproval;
  readonly there: (client: LetheClient, approval: string, reason: string | undefined) => Promise<Shown>;
  readonly says: (shown: Shown) => string;
}

function addAnswer(approvals: Command, name: string, description: string, { here, there, says }: Answer): void {
  approvals
    .command(`${name} <approval>`)
    .description(description)
    .option(...REASON)
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { reason: text, url, keyFile }: UrlOptions & { reason?: string }) => {
      const { approval } = checked(ApprovalParams, { approval: id });
      const { reason } = checked(AnswerBody, { reason: text });
      const shown: Shown = await (url === undefined
        ? call({ keyFile }, here, { approval, reason })
        : through(url, keyFile, (client) => there(client, approval, reason)));
      console.log(says(shown));
    });
}

interface PolicyOptions extends UrlOptions {
  readonly approvers?: string;
  readonly erasureSubjects?: string;
  readonly hours?: string;
  readonly end?: true;
}

function addPolicy(approvals: Command): void {
  approvals
    .command('policy')
    .description('show or set what takes a second person; less than now takes one itself')
    .option('--approvers <n>', 'how many others must approve')
    .option('--erasure-subjects <n>', 'an erasure of more subjects than these waits (10)')
    .option('--hours <n>', 'an approval ends so long after it was asked for (24)')
    .option('--end', 'let nothing need approval any more')
    .option(...URL_OPTION)
    .option(...ADMIN_KEY)
    .action(async ({ approvers, erasureSubjects, hours, end, url, keyFile }: PolicyOptions) => {
      const isChange = [approvers, erasureSubjects, hours].some((given) => given !== undefined);
      const number = (text: string | undefined) => (text === undefined ? undefined : checked(Count, text));
      const body = isChange
        ? checked(PolicyBody, {
            ...{ approvers: number(approvers), erasureSubjects: number(erasureSubjects), hours: number(hours) },
          })
        : undefined;
      console.log(inWords(await (end ? ended() : body === undefined ? read() : changed(body))));

      function ended(): Promise<Policy> {
        return url === undefined
          ? call({ keyFile }, endApprovalPolicy)
          : through(url, keyFile, (client) => client.endApprovalPolicy());
      }
      function read(): Promise<Policy> {
        return url === undefined
          ? call({ keyFile }, getApprovalPolicy)
          : through(url, keyFile, (client) => client.getApprovalPolicy());
      }
      function changed(to: NonNullable<typeof body>): Promise<Policy> {
        return url === undefined
          ? call({ keyFile }, setApprovalPolicy, to)
          : through(url, keyFile, (client) => client.setApprovalPolicy(to));
      }
    });
}

function inWords({ policy, approvers }: Policy): string {
  const who =
    approvers.length < 2 ? 'Nobody but one could approve, so nothing waits' : `Could approve: ${approvers.join(', ')}`;
  if (policy === undefined) return 'Nothing needs approval here. Set it with --approvers 1.';
  const { approvers: needed, erasureSubjects, hours } = policy;
  return (
    `${needed} other${needed === 1 ? '' : 's'} must approve, within ${hours} hours; erasures of more than ` +
    `${erasureSubjects} subjects wait.\n${who}.`
  );
}

/** In a list: what it concerns, without what only a second look needs. */
function inShort({ rules: _, named: __, description: ___, ...about }: Shown['about']): string {
  return Object.entries(about)
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(', ');
}
