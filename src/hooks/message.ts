/**
 * A message to a hook, as Standard Webhooks 1.0.0 has it (https://www.standardwebhooks.com):
 *
 *   webhook-id          evt_…, the same however often it is sent
 *   webhook-timestamp   seconds since 1970, when this try was made
 *   webhook-signature   v1,BASE64 of HMAC-SHA256(secret, id.timestamp.body); during an overlap two, a space between
 *   body                {"type":"erasure.final","timestamp":"…","data":{"tenant":"ten_…",…}}
 *
 * Guarantees: a receiver that verifies the signature, refuses old timestamps and remembers ids takes nothing that
 * somebody else wrote, and nothing twice. Ids hold no full stop, so no two messages are signed by the same text.
 * Does not: sign with `v1a`. A receiver's secret signs for that receiver alone, so a key pair would add nothing here.
 */

import { z } from 'zod';
import { hmacSha256 } from '../crypto/hmac.ts';
import { storedJson } from '../stored-json.ts';
import type { EventRow } from './outbox.ts';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const PREFIX = 'whsec_';

/** How a secret is handed out: the form that every library of Standard Webhooks takes. */
export function secretText(secret: Buffer): string {
  return PREFIX + secret.toString('base64');
}

const Ids = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** @param secrets the newest first */
export function messageOf(row: EventRow, secrets: readonly Uint8Array[], now: Date): Message {
  const about = storedJson(Ids, row.about) ?? {};
  const timestamp = new Date(row.noted_at).toISOString();
  const body = JSON.stringify({ type: row.name, timestamp, data: { tenant: row.tenant, ...about } });
  const sentAt = Math.floor(now.getTime() / 1000);
  const signed = `${row.event}.${sentAt}.${body}`;
  const signatures = secrets.map((secret) => `v1,${hmacSha256(secret, signed).toString('base64')}`);
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'lethe',
      'webhook-id': row.event,
      'webhook-timestamp': String(sentAt),
      'webhook-signature': signatures.join(' '),
    },
    body,
  };
}
