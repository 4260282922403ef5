/**
 * A command's other way into a vault: through the API of a server that runs (`--url`), so that the command opens no
 * second vault beside it. It needs neither the root key nor the stores, and may run on another machine.
 *
 * Guarantees: the API key goes to another machine over https only.
 */
import type { LetheClient } from '../client/lethe-client.ts';
import { readConfig } from '../config.ts';
import { StartError } from '../errors.ts';
import { linesOf } from '../faults.ts';
import { noAnswer, notThere } from './no-answer.ts';
import { type KeyOptions, readApiKey, withWhoseKey } from './session.ts';

/** A call that looks into root slots takes as long as one may, and is then answered. */
const TIMEOUT_MS = 45_000;

export const URL_OPTION = [
  '--url <url>',
  'a running server to act through, instead of opening the vault of LETHE_HOME',
] as const;

/** The options of a command that can act through a server, too. */
export interface UrlOptions extends KeyOptions {
  readonly url?: string;
}

/** Work through the API of a server. @throws {StartError} with what the server answers, or that none does */
export async function through<R>(
  url: string,
  keyFile: string | undefined,
  work: (client: LetheClient) => Promise<R>,
): Promise<R> {
  const { LetheClient } = await import('../client/lethe-client.ts');
  const { LetheError, LetheUnreachableError } = await import('../client/errors.ts');
  assertPrivate(url);
  const config = readConfig();
  const apiKey = await readApiKey(config, keyFile);
  const client = clientOf(() => new LetheClient({ url, apiKey, timeoutMs: TIMEOUT_MS }));
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof LetheUnreachableError) throw new StartError(noAnswer(url, error.reason));
    if (!(error instanceof LetheError)) throw error;
    const { code, message, errors } = error;
    const said = `${message} (${code})${linesOf(errors)}`;
    if (['route_not_found', 'unexpected_reply'].includes(code)) throw new StartError(notThere(url, said));
    throw withWhoseKey(code, said, config, keyFile) ?? new StartError(said);
  }
}

/** @throws {StartError} where an API key would go over a network in clear; of what is no URL, the client says so */
export function assertPrivate(url: string): void {
  const { protocol, hostname } = URL.parse(url) ?? {};
  if (protocol !== 'http:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname ?? '')) return;
  throw new StartError(
    `Nothing was sent: over http, everybody between here and ${hostname} could read the API key. Name the https URL of ` +
      'the vault (a proxy before it speaks TLS: src/deploy/README.md, “A proxy”), or run the command on its machine.',
  );
}

/** @throws {StartError} where the URL is none */
export function clientOf<C>(make: () => C): C {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new StartError(
      '--url must be the http or https URL of a vault, such as https://vault.example.com, without a user, a query or a fragment.',
    );
  }
}
