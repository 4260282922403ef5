/**
 * `lethe certificate`: gets a certificate from the vault, and verifies one without a vault. Verifying asks nobody,
 * unless a URL names the keys, so it runs wherever somebody received a certificate.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { Statement } from '../erasure/certificates/schema.ts';
import { StartError } from '../errors.ts';
import { readCertificate } from '../operations/erasures/read-certificate.ts';
import { type Verified, verifyCertificate } from '../operations/erasures/verify-certificate.ts';
import { ErasureIdSchema } from '../schema.ts';
import { checked } from './arguments.ts';
import { call } from './session.ts';

const FAULTS: Readonly<Record<Extract<Verified, { ok: false }>['fault'], string>> = {
  form: 'This is no certificate of erasure as Lethe signs them.',
  key: 'The certificate is signed by a key that is not in the list of keys. Get /.well-known/jwks.json from the vault anew.',
  signature: 'The signature is wrong: the certificate was altered, or another signed it.',
};
/** A vault that hangs must not hang the command. */
const FETCH_MS = 10_000;

export function addCertificateCommands(program: Command): void {
  const certificate = program.command('certificate').description('certificates of erasures');

  certificate
    .command('verify <file>')
    .description('verify a certificate offline, and say in words what it says')
    .option('--jwks <file-or-url>', 'the vault’s public keys; absent: jwks.json beside the certificate')
    .action(async (file: string, { jwks }: { jwks?: string }) => {
      const jws = certificateIn(await textOf(file));
      const from = jwks ?? join(dirname(file), 'jwks.json');
      const keys = await textOf(from, 'Name the vault’s public keys: --jwks URL-OF-THE-VAULT/.well-known/jwks.json');
      const result = await verifyCertificate(jws, keysIn(keys, from));
      if (!result.ok) throw new StartError(FAULTS[result.fault]);
      for (const line of inWords(result.statement)) console.log(line);
      console.log(`Signature: right, by the key ${result.kid}`);
    });

  certificate
    .command('get <erasure>')
    .description('get the certificate of an erasure, or what it waits for')
    .option('--out <file>', 'write the certificate there instead of the terminal')
    .option('--key-file <file>', 'file with the API key of an app, an auditor, an administrator or the security team')
    .action(async (id: string, { out, keyFile }: { out?: string; keyFile?: string }) => {
      const erasure = checked(ErasureIdSchema, id);
      const reply = await call({ keyFile }, readCertificate, { erasure });
      if (reply.certificate === undefined) {
        throw new StartError(`${erasure} is not final yet. It waits for: ${reply.waitsFor?.join(', ')}.`);
      }
      if (out === undefined) {
        console.log(reply.certificate);
        return;
      }
      await writeFile(out, `${reply.certificate}\n`);
      console.log(`The certificate of ${erasure} is in ${out}.`);
    });
}

async function textOf(place: string, remedy = 'Check its path.'): Promise<string> {
  if (!/^https?:\/\//.test(place)) {
    return readFile(place, 'utf8').catch(() => {
      throw new StartError(`${place} cannot be read. ${remedy}`);
    });
  }
  const reply = await fetch(place, { signal: AbortSignal.timeout(FETCH_MS) }).catch(() => undefined);
  if (reply?.ok) return reply.text();
  throw new StartError(`${place} does not answer as it should.`);
}

/** The certificate in a file, which holds the compact JWS or the API's reply around it. */
function certificateIn(text: string): string {
  if (!text.trim().startsWith('{')) return text.trim();
  const { certificate } = jsonOf(text) as { certificate?: unknown };
  if (typeof certificate === 'string') return certificate;
  throw new StartError('There is no certificate in this reply: the erasure was not final yet.');
}

function keysIn(text: string, place: string): readonly unknown[] {
  const { keys } = (jsonOf(text) ?? {}) as { keys?: unknown };
  if (Array.isArray(keys)) return keys;
  throw new StartError(`${place} is no list of keys (a JWKS). The vault has it at /.well-known/jwks.json.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function wholeOf({ scope, subject }: Statement): string {
  if (scope === 'tenant') return ', the whole tenant';
  return subject === undefined ? '' : `, the whole of subject ${subject}`;
}

function inWords(said: Statement): string[] {
  const { records, epochs, remains, nodes = [] } = said;
  return [
    `Certificate of erasure ${said.jti}`,
    `Vault: ${said.iss}, tenant ${said.tenant}`,
    `Erased: ${records.count} ${records.count === 1 ? 'record' : 'records'}${wholeOf(said)}`,
    ...(records.ids ?? []).map((record) => `  ${record}`),
    ...(records.sha256 === undefined ? [] : [`SHA-256 of their ids: ${records.sha256}`]),
    `Ordered: ${said.orderedAt}, by ${said.orderedBy}`,
    `Keys destroyed: ${said.shreddedAt}`,
    `Final: ${said.finalAt}`,
    `Method: ${said.sanitization.method} (${said.sanitization.standard})`,
    `Tool: ${said.sanitization.tool.name} ${said.sanitization.tool.version}`,
    `Verified before signing: ${said.sanitization.verification}`,
    `Sealed with: ${said.algorithms.values}; ${said.algorithms.keyBits}-bit keys`,
    `Epochs: ordered in ${epochs.ordered}, keys last wrapped under ${epochs.last}, all destroyed through ${epochs.destroyedThrough}`,
    'Root slots:',
    ...said.slots.map(
      ({ epoch, slot, kind, tier, method, statement, destroyedAt }) =>
        `  ${slot} (${kind}, ${tier}), epoch ${epoch}, ${destroyedAt}: ${method}. ${statement}`,
    ),
    ...(nodes.length === 0 ? [] : ['Nodes that were given up:']),
    ...nodes.map(({ node, abandonedAt, statement }) => `  ${node}, ${abandonedAt}: ${statement}`),
    'What remains:',
    ...remains.indexKeys.map((key) => `  Index key ${key.name}, version ${key.version}: ${endOf(key, epochs)}`),
    ...remains.notes.map((note) => `  ${note}`),
    'Limits:',
    ...said.limits.map((limit) => `  ${limit}`),
  ].map(printable);
}

function endOf(
  { state, until, droppedAt, epoch }: Statement['remains']['indexKeys'][number],
  { destroyedThrough }: Statement['epochs'],
): string {
  if (state === 'live') return until === null ? 'live, no end planned' : `live, due to be replaced ${until}`;
  const since = droppedAt === undefined ? 'dropped' : `dropped ${droppedAt}`;
  if (epoch === undefined) return since;
  return `${since}; copies ${epoch <= destroyedThrough ? 'ended' : 'end'} with epoch ${epoch}`;
}

/** Text that others wrote, without the characters that control a terminal. */
function printable(line: string): string {
  return line.replaceAll(/\p{Cc}/gu, '?');
}
