/** `lethe access exposure`: what a principal has been shown, when its API key may have been stolen. */
import type { Command } from 'commander';
import { ExposureQuery } from '../audit/schema.ts';
import type { AccessExposure, Loose } from '../client/shapes.ts';
import { readAccessExposure } from '../operations/access/read-access-exposure.ts';
import { checked } from './arguments.ts';
import { onPrincipal } from './find-principal.ts';
import { through, URL_OPTION, type UrlOptions } from './remote.ts';
import { call } from './session.ts';
import { type Column, table } from './table.ts';

type Page = Loose<AccessExposure>;
type Seen = Page['seen'][number];

const COLUMNS: readonly Column<Seen>[] = [
  { title: 'subject', of: ({ subject }) => subject ?? '(nobody the vault knows)' },
  { title: 'type', of: ({ type }) => type },
  { title: 'view', of: ({ action, view }) => (action === 'match' ? `told whether it is theirs (${view})` : view) },
  { title: 'calls', right: true, of: ({ calls }) => String(calls) },
  { title: 'first', of: ({ first }) => first },
  { title: 'last', of: ({ last }) => last },
];

interface ExposureOptions extends UrlOptions {
  readonly since?: string;
}

export function addExposureCommand(access: Command): void {
  access
    .command('exposure <principal>')
    .description('which subjects and data types a principal has seen, from the log: when its API key was stolen')
    .option('--since <time>', 'from when on, such as 2027-01-31T09:00:00Z; by default, since the log begins')
    .option(...URL_OPTION)
    .option(
      '--key-file <file>',
      'file with the API key of an auditor or security; a name takes one that lists principals',
    )
    .action(async (who: string, { since, url, keyFile }: ExposureOptions) => {
      const query = (principal: string, after?: string) =>
        checked(ExposureQuery, { principal, since, after, limit: '1000' });
      if (!who.startsWith('prn_')) {
        const found = await onPrincipal<Page, Page>(
          who,
          { url, keyFile },
          (vault, caller, principal) => whole((after) => readAccessExposure(vault, caller, query(principal, after))),
          (client, principal) => whole((after) => client.readAccessExposure(query(principal, after))),
        );
        return print(found);
      }
      const found: Page = await (url === undefined
        ? call({ keyFile }, (vault, caller) => whole((after) => readAccessExposure(vault, caller, query(who, after))))
        : through(url, keyFile, (client) => whole((after) => client.readAccessExposure(query(who, after)))));
      print(found);
    });
}

/** Puts all pages together. */
async function whole(pageAfter: (after?: string) => Promise<Page>): Promise<Page> {
  const seen = new Map<string, Seen>();
  const unclear: string[] = [];
  let entries = 0;
  for (let after: string | undefined; ; ) {
    const page = await pageAfter(after);
    for (const each of page.seen) {
      const place = JSON.stringify([each.action, each.type, each.view, each.subject]);
      const known = seen.get(place);
      seen.set(place, known ? { ...known, calls: known.calls + each.calls, last: each.last } : each);
    }
    unclear.push(...page.unclear);
    entries += page.entries;
    after = page.next;
    if (after === undefined) return { ...page, entries, unclear, seen: [...seen.values()] };
  }
}

function print({ seen, entries, unclear, logBegins }: Page): void {
  if (seen.length > 0) console.log(table(COLUMNS, seen, process.stdout.columns));
  const people = new Set(seen.map(({ subject }) => subject)).size;
  console.log(`Values of ${people} subjects in ${entries} entries. The log begins at ${logBegins}.`);
  if (unclear.length > 0) console.log(`Altered entries, which do not say what was shown: ${unclear.join(', ')}.`);
}
