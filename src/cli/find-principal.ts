/** Finds principals for a command, which names them by their names: here, or through a server. */
import { PrincipalsQuery } from '../access/schema.ts';
import type { Caller } from '../calls/caller.ts';
import type { LetheClient } from '../client/lethe-client.ts';
import type { Principal } from '../client/shapes.ts';
import { readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import type { PrincipalId } from '../ids.ts';
import { listPrincipals } from '../operations/access/list-principals.ts';
import type { Vault } from '../vault/vault.ts';
import { checked } from './arguments.ts';
import { through } from './remote.ts';
import { type Session, withSession } from './session.ts';

export type PrincipalView = Awaited<ReturnType<typeof listPrincipals>>['principals'][number];

export async function allPrincipals({ vault, caller }: Session): Promise<PrincipalView[]> {
  const found: PrincipalView[] = [];
  for (let after: string | undefined; ; ) {
    const page = await listPrincipals(vault, await caller(), checked(PrincipalsQuery, { after }));
    found.push(...page.principals);
    after = page.next;
    if (after === undefined) return found;
  }
}

export async function allPrincipalsThrough(client: LetheClient): Promise<Principal[]> {
  const found: Principal[] = [];
  for await (const principal of client.eachPrincipal()) found.push(principal);
  return found;
}

/**
 * Does something to one principal: here, or through a server.
 * @param name its name, or its id where several have the name
 * @throws {StartError}
 */
export async function onPrincipal<Here, There>(
  name: string,
  { url, keyFile }: { readonly url: string | undefined; readonly keyFile: string | undefined },
  here: (vault: Vault, caller: Caller, principal: PrincipalId) => Promise<Here>,
  there: (client: LetheClient, principal: string) => Promise<There>,
): Promise<Here | There> {
  if (url !== undefined) {
    return through(url, keyFile, async (client) =>
      there(client, oneNamed(await allPrincipalsThrough(client), name).principal),
    );
  }
  return withSession(readConfig(), { keyFile }, async (session) => {
    const { principal } = oneNamed(await allPrincipals(session), name);
    return here(session.vault, await session.caller(), principal);
  });
}

function oneNamed<
  P extends { readonly principal: string; readonly name: string; readonly revokedAt?: string | undefined },
>(all: readonly P[], name: string): P {
  const found = all.filter((one) => one.principal === name || (one.name === name && one.revokedAt === undefined));
  const [one, ...others] = found;
  if (one === undefined) throw new StartError('No principal that is not revoked has this name.');
  if (others.length > 0) {
    const ids = found.map(({ principal }) => principal).join(', ');
    throw new StartError(`Several principals have this name; give the id of one: ${ids}.`);
  }
  return one;
}
