/**
 * Who reaches the API, and whether proxies were named: a server counts callers that said whom they serve without being
 * trusted, and `/metrics` tells the count.
 */
import { get, type IncomingMessage } from 'node:http';
import { get as tlsGet } from 'node:https';
import { text } from 'node:stream/consumers';
import { type Check, type Found, orOk, warn } from '../finding.ts';
import { isLocal } from './way.ts';

const PATIENCE_MS = 2_000;
const UNTRUSTED = /^lethe_untrusted_forwarded_total(?:\{[^}]*\})? (\d+)$/gm;

export const network: Check = {
  id: 'network',
  async look({ config: { host, port, tls } }) {
    const found: Found[] = [];
    if (!isLocal(host) && tls === undefined) {
      found.push(
        warn(
          `The API listens on ${host}, in plain HTTP: whoever is on the way reads values and API keys.`,
          'Set LETHE_TLS_CERT and LETHE_TLS_KEY, or let it listen on 127.0.0.1, with a proxy before it that speaks TLS ' +
            '(src/deploy/README.md, “A proxy”).',
        ),
      );
    }
    const untrusted = [...(await metricsOf(host, port, tls !== undefined)).matchAll(UNTRUSTED)].some(
      ([, count]) => Number(count) > 0,
    );
    if (untrusted) {
      found.push(
        warn(
          'A proxy that is not trusted says whom it serves, and is not believed: the log has its address, not theirs.',
          'Name it in LETHE_TRUSTED_PROXIES if it is yours (src/deploy/README.md, “A proxy”).',
        ),
      );
    }
    return orOk(
      found,
      tls === undefined
        ? 'The API is reached from this machine alone, and by no proxy that is not trusted.'
        : 'The API speaks TLS, and is reached by no proxy that is not trusted.',
    );
  },
};

/** The metrics of a server with these settings; empty where none runs. */
function metricsOf(host: string, port: number, isTls: boolean): Promise<string> {
  const to = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.replace(/^\[|\]$/g, '');
  const where = { host: to, port, path: '/metrics', signal: AbortSignal.timeout(PATIENCE_MS) };
  return new Promise((resolve) => {
    const read = async (reply: IncomingMessage) => resolve(reply.statusCode === 200 ? await text(reply) : '');
    const none = () => resolve('');
    const answered = (reply: IncomingMessage) => void read(reply).catch(none);
    // The certificate is for the name by which others reach it. Nothing is told there, and a count is all that is read.
    const asked = isTls ? tlsGet({ ...where, rejectUnauthorized: false }, answered) : get(where, answered);
    asked.once('error', none);
  });
}
