/** `lethe grants`: to see something of certain people, for a case and for a time. */
import type { Command } from 'commander';
import { z } from 'zod';
import {
  GrantParams,
  GrantsQuery,
  type GrantView,
  OfferCodeBody,
  OrderGrantBody,
  RedeemCodeBody,
  TicketParams,
} from '../grants/schema.ts';
import { approveGrant } from '../operations/grants/approve-grant.ts';
import { closeTicket } from '../operations/grants/close-ticket.ts';
import { endGrant } from '../operations/grants/end-grant.ts';
import { listGrants } from '../operations/grants/list-grants.ts';
import { offerCode } from '../operations/grants/offer-code.ts';
import { orderGrant } from '../operations/grants/order-grant.ts';
import { readGrant } from '../operations/grants/read-grant.ts';
import { redeemCode } from '../operations/grants/redeem-code.ts';
import { refuseGrant } from '../operations/grants/refuse-grant.ts';
import { reviewGrant } from '../operations/grants/review-grant.ts';
import { SubjectIdSchema } from '../schema.ts';
import { checked } from './arguments.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';
import { type Column, table } from './table.ts';

const KEY = ['--key-file <file>', 'file with the API key of who does this'] as const;

/** Here or through a server: what both say of a grant. */
type Shown = Pick<GrantView, 'kind' | 'state' | 'view' | 'minutes' | 'missing' | 'endsAt'> & {
  readonly grant: string;
  readonly principal?: string | undefined;
  readonly subjects: readonly string[];
  readonly types: readonly string[];
  readonly approvals: readonly { readonly principal: string; readonly role: string; readonly at: string }[];
  readonly endedAs?: string | undefined;
  readonly reviewBy?: string | undefined;
  readonly reviewedBy?: string | undefined;
  readonly damaged?: boolean | undefined;
};

const COLUMNS: readonly Column<Shown>[] = [
  { title: 'grant', of: ({ grant }) => grant },
  { title: 'who', of: ({ principal }) => principal ?? '-' },
  { title: 'people', right: true, of: ({ subjects }) => String(subjects.length) },
  { title: 'what', of: ({ types, view }) => `${types.join(',')} ${view}` },
  { title: 'state', of: stateOf },
  { title: 'until', of: ({ endsAt }) => endsAt },
];

interface OrderOptions extends UrlOptions {
  readonly type: string[];
  readonly view: string;
  readonly ticket: string;
  readonly reason: string;
  readonly minutes: string;
  readonly breakGlass?: true;
}

export function addGrantCommands(program: Command): void {
  const grants = program.command('grants').description('to see something of certain people, for a case and for a time');

  grants
    .command('order <subject...>')
    .description('order a grant: it holds, or waits for somebody else, by the rule of your role')
    .requiredOption('--type <type...>', 'the data types that it opens')
    .option('--view <view>', 'how much of them it shows', 'plain')
    .requiredOption('--ticket <ticket>', 'the case in the helpdesk')
    .requiredOption('--reason <text>', 'why, for whoever approves')
    .option('--minutes <minutes>', 'for how long', '30')
    .option('--break-glass', 'at once, without approval; somebody else has to review it')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (subjects: string[], options: OrderOptions) => {
      const { type: types, view, ticket, reason, breakGlass = false, url, keyFile } = options;
      const said = { subjects, types, view, ticket, reason, minutes: Number(options.minutes), breakGlass };
      const body = checked(OrderGrantBody, said);
      const ordered: Shown = await (url === undefined
        ? call({ keyFile }, orderGrant, body)
        : through(url, keyFile, (client) => client.orderGrant(body)));
      console.log(`Ordered ${ordered.grant}: ${stateOf(ordered)}, until ${ordered.endsAt}.`);
    });

  grants
    .command('list')
    .description('list grants, also those that are over')
    .option('--state <state>', 'waiting, in_force or to_review; by default all')
    .option('--after <grant>', 'the last one of the page before')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async ({ state, after, url, keyFile }: UrlOptions & { state?: string; after?: string }) => {
      const query = checked(GrantsQuery, { ...(state && { state }), ...(after && { after }) });
      const page: { readonly grants: readonly Shown[]; readonly next?: string | undefined } = await (url === undefined
        ? call({ keyFile }, listGrants, query)
        : through(url, keyFile, (client) =>
            client.listGrants({ ...(query.state && { state: query.state }), ...(after && { after }) }),
          ));
      console.log(table(COLUMNS, page.grants));
      if (page.next !== undefined) console.log(`There are more: --after ${page.next}`);
    });

  grants
    .command('show <grant>')
    .description('show a grant; whoever approves is told why, too')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, { url, keyFile }: UrlOptions) => {
      const { grant } = checked(GrantParams, { grant: id });
      const shown: Shown & { readonly reason?: string | undefined; readonly ticket?: string | undefined } =
        await (url === undefined
          ? call({ keyFile }, readGrant, { grant })
          : through(url, keyFile, (client) => client.readGrant(grant)));
      console.log(`${shown.grant} (${shown.kind}): ${stateOf(shown)}, until ${shown.endsAt}`);
      console.log(`  who      ${shown.principal ?? '-'}`);
      console.log(`  whom     ${shown.subjects.join(' ') || '-'}`);
      console.log(`  what     ${shown.types.join(', ')}; ${shown.view}, for ${shown.minutes} minutes`);
      console.log(`  why      ${shown.reason ?? '-'}`);
      console.log(`  ticket   ${shown.ticket ?? '-'}`);
      for (const { principal, role, at } of shown.approvals) console.log(`  agreed   ${principal} (${role}) ${at}`);
    });

  const acts = [
    ['approve', 'agree to somebody else’s grant', approveGrant, 'approveGrant'],
    ['refuse', 'refuse a grant that waits', refuseGrant, 'refuseGrant'],
    ['review', 'say that you have reviewed somebody else’s break-glass grant', reviewGrant, 'reviewGrant'],
    ['revoke', 'end a grant; it opens nothing from the next call on', endGrant, 'endGrant'],
  ] as const;
  for (const [name, says, here, there] of acts) {
    grants
      .command(`${name} <grant>`)
      .description(says)
      .option(...URL_OPTION)
      .option(...KEY)
      .action(async (id: string, { url, keyFile }: UrlOptions) => {
        const { grant } = checked(GrantParams, { grant: id });
        const done: Shown = await (url === undefined
          ? call({ keyFile }, here, { grant })
          : through(url, keyFile, (client) => client[there](grant)));
        console.log(`${done.grant}: ${stateOf(done)}.`);
      });
  }

  grants
    .command('close-ticket <ticket>')
    .description('a case of the helpdesk is closed: the grants for it end')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (text: string, { url, keyFile }: UrlOptions) => {
      const { ticket } = checked(TicketParams, { ticket: text });
      const ended: readonly string[] = await (url === undefined
        ? call({ keyFile }, closeTicket, { ticket }).then((reply) => reply.grants)
        : through(url, keyFile, (client) => client.closeTicket(ticket)));
      console.log(ended.length === 0 ? 'No grant was open for it.' : `Ended: ${ended.join(' ')}`);
    });

  grants
    .command('offer <subject>')
    .description('make a code for a person to tell an agent, who then sees this of them')
    .requiredOption('--type <type...>', 'the data types that it opens')
    .option('--view <view>', 'how much of them it shows', 'plain')
    .option('--minutes <minutes>', 'for how long', '15')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (id: string, options: UrlOptions & { type: string[]; view: string; minutes: string }) => {
      const { type: types, view, url, keyFile } = options;
      const { subject } = checked(z.strictObject({ subject: SubjectIdSchema }), { subject: id });
      const body = checked(OfferCodeBody, { types, view, minutes: Number(options.minutes) });
      const offered: { readonly grant: string; readonly code: string; readonly endsAt: string } = await (url ===
      undefined
        ? call({ keyFile }, offerCode, { subject, ...body })
        : through(url, keyFile, (client) => client.offerGrantCode(subject, body)));
      console.log(`${offered.code}   for this person alone, until ${offered.endsAt} (${offered.grant})`);
    });

  grants
    .command('redeem <code>')
    .description('redeem the code that a person has told you')
    .option(...URL_OPTION)
    .option(...KEY)
    .action(async (text: string, { url, keyFile }: UrlOptions) => {
      const { code } = checked(RedeemCodeBody, { code: text });
      const given: Shown = await (url === undefined
        ? call({ keyFile }, redeemCode, { code })
        : through(url, keyFile, (client) => client.redeemGrantCode(code)));
      console.log(`${given.grant}: ${given.types.join(', ')} (${given.view}) of ${given.subjects.join(' ')}`);
      console.log(`until ${given.endsAt}.`);
    });
}

function stateOf({ state, missing, endedAs, reviewBy, reviewedBy, damaged }: Shown): string {
  if (damaged) return 'DAMAGED';
  const words = [
    state === 'waiting' ? `waiting for ${missing}` : state.replace('_', ' '),
    endedAs !== undefined && `(${endedAs})`,
    reviewBy !== undefined && (reviewedBy === undefined ? `to be reviewed by ${reviewBy}` : 'reviewed'),
  ];
  return words.filter(Boolean).join(' ');
}
