/**
 * The few calls of the HTTP API that HashiCorp Vault and OpenBao share: transit keys, and what the service is.
 *
 * Guarantees: one request a call, ended after five seconds; no redirect is followed, so that the token goes to nobody
 * else; TLS certificates are verified; an error carries a status, and never a text of the service's.
 * Does not: renew its token, or find the active node of a cluster. Bodies are strings, which cannot be wiped.
 */
import { UnavailableError } from '../../errors.ts';

const TIMEOUT_MS = 5_000;

export interface TransitSettings {
  /** Such as `https://bao.internal:8200`; plain http to this machine itself only. */
  readonly url: string;
  readonly mount: string;
  readonly namespace?: string | undefined;
  /** The service to which this slot was added. Another service's answer says nothing about it. */
  readonly cluster?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

/** What is used of the description of a transit key. */
export interface TransitKey {
  readonly type?: unknown;
  readonly exportable?: unknown;
  readonly allow_plaintext_backup?: unknown;
  readonly derived?: unknown;
  readonly imported_key?: unknown;
}

interface Answer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>>;
  /** How many errors the body names. An unknown key is a 404 without one, a missing mount a 404 with one. */
  readonly errors: readonly string[];
}

export class TransitApi {
  readonly #settings: TransitSettings;
  readonly #token: () => Promise<string>;

  /** @param token read for each request, so that an agent may replace it while the vault runs */
  constructor(settings: TransitSettings, token: () => Promise<string>) {
    this.#settings = settings;
    this.#token = token;
  }

  /** Makes a key, or leaves the one alone that has the name. */
  async createKey(name: string): Promise<void> {
    const key = { type: 'aes256-gcm96', derived: false, exportable: false, allow_plaintext_backup: false };
    await this.#ok(this.#transit('POST', `keys/${name}`, key));
  }

  /** @returns undefined where the service says that it has no key of this name */
  async readKey(name: string): Promise<TransitKey | undefined> {
    const answer = await this.#transit('GET', `keys/${name}`);
    if (answer.status === 404 && answer.errors.length === 0) {
      await this.#assertCluster();
      return undefined;
    }
    return (await this.#ok(answer)).data;
  }

  async allowDeletion(name: string): Promise<void> {
    await this.#ok(this.#transit('POST', `keys/${name}/config`, { deletion_allowed: true }));
  }

  async deleteKey(name: string): Promise<void> {
    await this.#ok(this.#transit('DELETE', `keys/${name}`));
  }

  /** @returns the ciphertext, as the service writes it: `vault:v1:…` */
  async encrypt(name: string, plaintext: Buffer, associatedData: Buffer): Promise<string> {
    const body = { plaintext: plaintext.toString('base64'), associated_data: associatedData.toString('base64') };
    const { data } = await this.#ok(this.#transit('POST', `encrypt/${name}`, body));
    if (typeof data.ciphertext !== 'string') throw unexpected();
    return data.ciphertext;
  }

  /**
   * @returns undefined where there is no key of this name, or it does not open this ciphertext: `readKey` tells which
   */
  async decrypt(name: string, ciphertext: string, associatedData: Buffer): Promise<Buffer | undefined> {
    const body = { ciphertext, associated_data: associatedData.toString('base64') };
    const answer = await this.#transit('POST', `decrypt/${name}`, body);
    if (answer.status === 400) return undefined;
    const { data } = await this.#ok(answer);
    if (typeof data.plaintext !== 'string') throw unexpected();
    return Buffer.from(data.plaintext, 'base64');
  }

  /** Asks without a token. @throws {UnavailableError} where the service is sealed */
  async about(): Promise<{ readonly version: string; readonly cluster: string | undefined }> {
    const answer = await this.#call('GET', 'sys/seal-status', undefined, {});
    const { version, sealed, initialized, cluster_id } = (await this.#ok(answer)).data;
    if (sealed !== false || initialized === false) throw sealedError();
    return {
      version: typeof version === 'string' && /^[\w.+-]{1,40}$/.test(version) ? version : 'of unknown version',
      cluster: typeof cluster_id === 'string' ? cluster_id : undefined,
    };
  }

  async #assertCluster(): Promise<void> {
    const { cluster } = this.#settings;
    if (cluster === undefined || (await this.about()).cluster === cluster) return;
    throw new UnavailableError('key_unavailable', 'Another key service answers than the one this slot was added with.');
  }

  async #transit(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
    const token = await this.#token();
    return this.#call(method, `${this.#settings.mount}/${path}`, body, { 'X-Vault-Token': token });
  }

  async #call(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const { url, namespace, timeoutMs = TIMEOUT_MS } = this.#settings;
    const isSystem = path.startsWith('sys/');
    try {
      const reply = await fetch(new URL(`/v1/${path}`, url), {
        ...{ method, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) },
        headers: {
          'X-Vault-Request': 'true',
          ...(namespace !== undefined && !isSystem && { 'X-Vault-Namespace': namespace }),
          ...(body && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      return answerOf(reply.status, await reply.text());
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      throw new UnavailableError('key_unavailable', 'The key service does not answer.');
    }
  }

  async #ok(answering: Answer | Promise<Answer>): Promise<Answer> {
    const answer = await answering;
    if (answer.status === 200 || answer.status === 204) return answer;
    throw refusal(answer);
  }
}

function answerOf(status: number, text: string): Answer {
  const body = parsed(text);
  const errors = Array.isArray(body.errors) ? body.errors.map(String) : [];
  // A page of something in between, such as a proxy, is no answer of the service: least of all that a key is gone.
  if (status === 404 && !Array.isArray(body.errors)) throw unexpected();
  const data = typeof body.data === 'object' && body.data !== null ? body.data : body;
  return { status, errors, data: data as Record<string, unknown> };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const SAID = new Map([
  [400, 'The key service does not accept the request.'],
  [403, 'The key service refuses the token, or its policy does not allow this.'],
  [404, 'The key service has no transit engine at this mount, or not in this namespace.'],
]);

function refusal({ status }: Answer): UnavailableError {
  if (status === 503) return sealedError();
  const standby = (status >= 300 && status < 400) || status === 429 || status === 472 || status === 473;
  const said = standby ? 'This node of the key service is a standby: name the active one.' : SAID.get(status);
  return new UnavailableError('key_unavailable', said ?? 'The key service answers with an error.', {
    cause: `HTTP ${status}`,
  });
}

function sealedError(): UnavailableError {
  return new UnavailableError('key_unavailable', 'The key service is sealed, or in maintenance.', {
    cause: 'HTTP 503',
  });
}

function unexpected(): UnavailableError {
  return new UnavailableError('key_unavailable', 'What answers is not a key service with a transit engine.');
}
