/**
 * Sends one message to addresses that were judged before.
 *
 * Guarantees: it connects to one of these addresses and to no other, whatever the name resolves to by now: the
 * connection is its own, and its look-up gives these. It follows no redirect and asks no proxy. Certificates are
 * verified against the name. It ends when the signal or the connection does. Of the answer it takes the status; the
 * body is not read.
 */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { type NetworkAddress, readAddress } from '../network-address.ts';
import { hostOf } from './address.ts';
import type { Message } from './message.ts';

export interface Outgoing extends Message {
  readonly url: URL;
  readonly addresses: readonly NetworkAddress[];
  readonly signal: AbortSignal;
}

/** @returns the status of the answer. @throws where there is none */
export type Post = (outgoing: Outgoing) => Promise<number>;

const MAX_HEADER_BYTES = 8 * 1024;

export const post: Post = ({ url, addresses, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const found = addresses.map((address) => ({
      address: address.toString(),
      family: address.kind() === 'ipv4' ? 4 : 6,
    }));
    const [one] = found;
    const { protocol, hostname, port, pathname, search } = url;
    const request = (protocol === 'https:' ? overHttps : overHttp)(
      {
        ...{ method: 'POST', protocol, host: hostOf(url), port, path: pathname + search, signal },
        headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body), connection: 'close' },
        ...{ agent: false, maxHeaderSize: MAX_HEADER_BYTES, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
        servername: readAddress(hostOf(url)) === undefined ? hostname : '',
        lookup: (_, { all }, done) => {
          if (all) done(null, found);
          else done(null, one?.address ?? '', one?.family);
        },
      },
      (response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    // An answer that changes the protocol (101) is neither an answer nor an error to Node: it only closes.
    request.on('close', () => reject(new Error('The connection was closed without an answer.')));
    request.end(body);
  });
