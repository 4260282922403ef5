/**
 * Who reaches the API, and whether proxies were named: a server counts callers that said whom they serve without being
 * trusted, and `/metrics` tells the count.
 */
import { type Check, type Found, orOk, warn } from '../finding.ts';
import { isLocal } from './way.ts';

const PATIENCE_MS = 2_000;
const UNTRUSTED = /^lethe_untrusted_forwarded_total(?:\{[^}]*\})? (\d+)$/gm;

export const network: Check = {
  id: 'network',
  async look({ config: { host, port } }) {
    const found: Found[] = [];
    if (!isLocal(host)) {
      found.push(
        warn(
          `The API listens on ${host}, in plain HTTP: whoever is on the way reads values and API keys.`,
          'Let it listen on 127.0.0.1, with a proxy before it that speaks TLS (src/deploy/README.md, “A proxy”).',
        ),
      );
    }
    const untrusted = [...(await metricsOf(host, port)).matchAll(UNTRUSTED)].some(([, count]) => Number(count) > 0);
    if (untrusted) {
      found.push(
        warn(
          'A proxy that is not trusted says whom it serves, and is not believed: the log has its address, not theirs.',
          'Name it in LETHE_TRUSTED_PROXIES if it is yours (src/deploy/README.md, “A proxy”).',
        ),
      );
    }
    return orOk(found, 'The API is reached from this machine alone, and by no proxy that is not trusted.');
  },
};

/** The metrics of a server with these settings; empty where none runs. */
async function metricsOf(host: string, port: number): Promise<string> {
  const to = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  const url = `http://${to.includes(':') && !to.startsWith('[') ? `[${to}]` : to}:${port}/metrics`;
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS), redirect: 'error' });
    return reply.ok ? await reply.text() : '';
  } catch {
    return '';
  }
}
