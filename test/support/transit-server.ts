/**
 * Stands in for HashiCorp Vault or OpenBao: the transit engine's HTTP API as it is documented and as OpenBao 2 answers
 * it (https://openbao.org/api-docs/secret/transit/), as far as the vault uses it, and what happens around it: tokens
 * with policies, namespaces, sealing, standby nodes.
 *
 *   POST   /v1/<mount>/keys/<name>          200, also for a key that is there: then with a warning, and nothing changed
 *   GET    /v1/<mount>/keys/<name>          200, or 404 {"errors":[]}
 *   POST   /v1/<mount>/keys/<name>/config   200, or 400 for an unknown key
 *   DELETE /v1/<mount>/keys/<name>          204, or 400 unless deletion is allowed
 *   POST   /v1/<mount>/encrypt/<name>       200; makes the key where the policy has `create`, is 403 where it has not
 *   POST   /v1/<mount>/decrypt/<name>       200, or 400
 *   GET    /v1/sys/seal-status, /v1/sys/health   without a token
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Capabilities by path; a pattern ends in `*`, as in a policy. */
export type Policy = Readonly<Record<string, readonly ('create' | 'read' | 'update' | 'delete')[]>>;

interface Key {
  readonly secret: Buffer;
  readonly options: Record<string, unknown>;
  deletionAllowed: boolean;
}

export interface TransitServer {
  readonly url: string;
  readonly token: string;
  readonly mount: string;
  readonly keys: Map<string, Key>;
  /** `METHOD path`, in order. */
  readonly requests: string[];
  /** The headers of the last request. */
  readonly lastHeaders: () => IncomingMessage['headers'];
  /** What a test may change while it runs. */
  readonly state: {
    policy: Policy;
    sealed: boolean;
    standby: boolean;
    namespace: string | undefined;
    cluster: string;
    /** Answers 204 to DELETE and keeps the key. */
    keepsKeys: boolean;
    /** Never answers. */
    hangs: boolean;
    /** Answers everything with this status and a page. */
    page: number | undefined;
  };
  close(): Promise<void>;
}

/** What keys/README.md tells an operator to allow. */
export const POLICY: Policy = {
  'transit/keys/lethe-*': ['create', 'update', 'read', 'delete'],
  'transit/encrypt/lethe-*': ['update'],
  'transit/decrypt/lethe-*': ['update'],
};

export async function transitServer(): Promise<TransitServer> {
  const token = `s.${randomBytes(12).toString('hex')}`;
  const keys = new Map<string, Key>();
  const requests: string[] = [];
  let headers: IncomingMessage['headers'] = {};
  const state: TransitServer['state'] = {
    ...{ policy: POLICY, sealed: false, standby: false, namespace: undefined, cluster: 'c1b2d3e4' },
    ...{ keepsKeys: false, hangs: false, page: undefined },
  };
  const server: Server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    headers = request.headers;
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      if (state.hangs) return;
      if (state.page !== undefined) {
        response.writeHead(state.page, { 'content-type': 'text/html' }).end('<h1>not found</h1>');
        return;
      }
      if (state.standby && !url.startsWith('/v1/sys/')) {
        response.writeHead(307, { location: `http://127.0.0.1:1${url}` }).end();
        return;
      }
      const [status, body] = answer({ method, url, headers: request.headers, text, keys, token, state });
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, token, mount: 'transit', keys, requests, state },
    lastHeaders: () => headers,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly keys: Map<string, Key>;
  readonly token: string;
  readonly state: TransitServer['state'];
}

type Answered = readonly [status: number, body?: object];

const errors = (status: number, ...said: string[]): Answered => [status, { errors: said }];
const denied = (): Answered => errors(403, '1 error occurred:\n\t* permission denied\n\n');

function answer(asked: Asked): Answered {
  const { method, url, headers, keys, token, state } = asked;
  const path = url.replace(/^\/v1\//, '');
  if (path === 'sys/seal-status') {
    const { sealed, cluster } = state;
    const known = sealed ? {} : { cluster_name: 'test', cluster_id: cluster };
    return [200, { type: 'shamir', initialized: true, sealed, t: 3, n: 5, progress: 0, version: '2.4.1', ...known }];
  }
  if (path === 'sys/health') {
    const { sealed, standby, cluster } = state;
    const body = { initialized: true, sealed, standby, version: '2.4.1', cluster_id: cluster };
    return [sealed ? 503 : standby ? 429 : 200, body];
  }
  if (state.sealed) return errors(503, 'Vault is sealed');
  if (headers['x-vault-token'] !== token) return denied();
  if (headers['x-vault-namespace'] !== state.namespace) return errors(404, `no handler for route "${path}"`);
  const [, verb = '', name = '', config] = /^transit\/(keys|encrypt|decrypt)\/([\w.-]+)(\/config)?$/.exec(path) ?? [];
  if (verb === '') return errors(404, `no handler for route "${path}". route entry not found.`);
  const key = keys.get(name);

  const writes = verb === 'encrypt' && key === undefined ? 'create' : 'update';
  const needed = method === 'GET' ? 'read' : method === 'DELETE' ? 'delete' : writes;
  const allowed = Object.entries(state.policy).some(
    ([pattern, capabilities]) => path.startsWith(pattern.replace(/\*$/, '')) && capabilities.includes(needed),
  );
  if (!allowed) return denied();

  const body = asked.text === '' ? {} : (JSON.parse(asked.text) as Record<string, unknown>);
  const operation = `${method === 'PUT' ? 'POST' : method} ${verb}${config ?? ''}`;
  if (operation === 'POST keys') {
    if (key === undefined) keys.set(name, newKey(body));
    const warnings = key === undefined ? null : [`key ${name} already existed`];
    return [200, { data: describe(name, keys.get(name) as Key), warnings }];
  }
  if (operation === 'GET keys') return key === undefined ? errors(404) : [200, { data: describe(name, key) }];
  if (operation === 'POST keys/config') {
    if (key === undefined) return errors(400, `no existing key named ${name} could be found`);
    if (typeof body.deletion_allowed === 'boolean') key.deletionAllowed = body.deletion_allowed;
    return [200, { data: describe(name, key) }];
  }
  if (operation === 'DELETE keys') {
    if (key === undefined) return errors(400, `error deleting policy ${name}: could not delete policy; not found`);
    if (!key.deletionAllowed) {
      return errors(400, `error deleting policy ${name}: deletion is not allowed for this policy`);
    }
    if (!state.keepsKeys) keys.delete(name);
    return [204];
  }
  if (operation === 'POST encrypt') {
    const plaintext = Buffer.from(String(body.plaintext), 'base64');
    if (body.plaintext === undefined) return errors(400, 'missing plaintext to encrypt');
    if (key === undefined) keys.set(name, newKey({}));
    const { secret } = keys.get(name) as Key;
    return [200, { data: { ciphertext: seal(secret, plaintext, body.associated_data), key_version: 1 } }];
  }
  if (operation === 'POST decrypt') {
    if (key === undefined) return errors(400, 'encryption key not found');
    const plaintext = open(key.secret, String(body.ciphertext), body.associated_data);
    if (plaintext === undefined) return errors(400, 'cipher: message authentication failed');
    return [200, { data: { plaintext: plaintext.toString('base64') } }];
  }
  return errors(405, 'unsupported operation');
}

function newKey(options: Record<string, unknown>): Key {
  return { secret: randomBytes(32), options, deletionAllowed: false };
}

function describe(name: string, { options, deletionAllowed }: Key): object {
  return {
    ...{ name, type: options.type ?? 'aes256-gcm96', derived: options.derived ?? false },
    ...{ exportable: options.exportable ?? false, allow_plaintext_backup: options.allow_plaintext_backup ?? false },
    ...{ deletion_allowed: deletionAllowed, imported_key: options.imported_key ?? false, keys: { 1: 1_790_000_000 } },
    ...{ latest_version: 1, min_available_version: 0, min_decryption_version: 1, min_encryption_version: 0 },
    ...{ supports_encryption: true, supports_decryption: true, supports_signing: false, supports_derivation: true },
  };
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function aad(given: unknown): Buffer {
  return Buffer.from(typeof given === 'string' ? given : '', 'base64');
}

function seal(key: Buffer, plaintext: Buffer, given: unknown): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(given));
  const sealed = [nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return `vault:v1:${Buffer.concat(sealed).toString('base64')}`;
}

function open(key: Buffer, ciphertext: string, given: unknown): Buffer | undefined {
  const bytes = Buffer.from(/^vault:v1:(.+)$/.exec(ciphertext)?.[1] ?? '', 'base64');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(aad(given));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}
