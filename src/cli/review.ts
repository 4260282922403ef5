/** `lethe access review`: who can see what, by which rule, and when they last did; for a terminal or a spreadsheet. */
import type { Command } from 'commander';
import { AccessReviewQuery } from '../audit/schema.ts';
import type { AccessReview, Loose } from '../client/shapes.ts';
import { readConfig } from '../config.ts';
import { readAccessReview } from '../operations/access/read-access-review.ts';
import { checked } from './arguments.ts';
import { csv } from './csv.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { withSession } from './session.ts';
import { type Column, table } from './table.ts';

type Reviewed = Loose<AccessReview['principals'][number]>;
interface Line {
  readonly who: Reviewed;
  /** Absent for one that may do nothing. */
  readonly right: Reviewed['rights'][number] | undefined;
}

const day = (time: string | undefined) => time?.slice(0, 10);
const notesOf = ({ endless, undeclared, damaged }: Reviewed) =>
  [
    damaged && 'ALTERED',
    endless && 'key without an end',
    undeclared.length > 0 && `undeclared: ${undeclared.join(' ')}`,
  ]
    .filter(Boolean)
    .join('; ');

const COLUMNS: readonly Column<Line>[] = [
  { title: 'principal', of: ({ who }) => who.name },
  { title: 'id', of: ({ who }) => who.principal },
  { title: 'role', of: ({ who }) => who.role },
  { title: 'may', of: ({ right }) => right?.action ?? 'nothing' },
  { title: 'type', of: ({ right }) => right?.type ?? '' },
  { title: 'purpose', of: ({ right }) => right?.purpose ?? '' },
  { title: 'views', of: ({ right }) => [...(right?.views ?? [])].join(' ') },
  { title: 'when', of: ({ right }) => (right === undefined ? '' : right.sometimes ? 'sometimes' : 'always') },
  { title: 'rules', of: ({ right }) => [...(right?.rules ?? [])].join(' ') },
  { title: 'last used', of: ({ who, right }) => day(right?.lastUsed) ?? `not since ${day(who.usedSince)}` },
  { title: 'notes', shrinks: true, of: ({ who }) => notesOf(who) },
];

interface ReviewOptions extends UrlOptions {
  readonly csv?: true;
  readonly unused?: true;
}

export function addReviewCommand(access: Command): void {
  access
    .command('review')
    .description('who can see what, by which rule, and when they last did')
    .option('--csv', 'for a spreadsheet; no cell is run there')
    .option('--unused', 'only rights that were not used as far back as the log was looked at')
    .option(...URL_OPTION)
    .option('--key-file <file>', 'file with the API key of an administrator, auditor or security')
    .action(async ({ csv: asCsv, unused, url, keyFile }: ReviewOptions) => {
      const all: readonly Reviewed[] = await (url === undefined
        ? withSession(readConfig(), { keyFile }, async ({ vault, caller }) => {
            const found: Reviewed[] = [];
            for (let after: string | undefined; ; ) {
              const page = await readAccessReview(vault, await caller(), checked(AccessReviewQuery, { after }));
              found.push(...page.principals);
              after = page.next;
              if (after === undefined) return found;
            }
          })
        : through(url, keyFile, async (client) => {
            const found: Reviewed[] = [];
            for await (const one of client.eachReviewed()) found.push(one);
            return found;
          }));
      const lines = all.flatMap((who): Line[] => {
        const rights = who.rights.filter(({ lastUsed }) => !unused || lastUsed === undefined);
        return rights.length > 0 || unused ? rights.map((right) => ({ who, right })) : [{ who, right: undefined }];
      });
      if (!asCsv) return console.log(table(COLUMNS, lines, process.stdout.columns));
      process.stdout.write(
        csv([COLUMNS.map(({ title }) => title), ...lines.map((line) => COLUMNS.map((c) => c.of(line)))]),
      );
    });
}
