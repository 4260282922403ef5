/** Why a command that acts through a server (`--url`) got no answer from a vault there, and what to do about it. */

const NOT_TRUSTED =
  'The certificate there is of no authority that is trusted here. NODE_EXTRA_CA_CERTS names the file of another authority.';

const WHYS: readonly [reasons: RegExp, why: string][] = [
  [/^ECONNREFUSED$/, 'Nobody listens there. Start the server (npm start), or check host and port.'],
  [/^(ENOTFOUND|EAI_[A-Z]+)$/, 'Nobody knows this host. Check its name, and the name service.'],
  [
    /^(ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)|EPROTO)$/,
    'It does not speak TLS there. On the machine of the server take http; from elsewhere, the URL of the proxy before it.',
  ],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED)$/,
    NOT_TRUSTED,
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    'The certificate there is not valid at this time. Renew it, or set the clock.',
  ],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'The certificate there is for another host. Name the host that it is for.'],
  [
    /^(timeout|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|UND_ERR_[A-Z_]*TIMEOUT)$/,
    'It does not answer in time. Check host and port, the firewall, and whether the server is well (/readyz).',
  ],
  [
    /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_[A-Z_]+)$/,
    'The connection was cut. If it speaks TLS there, take https; otherwise the server, or a proxy before it, is stopping.',
  ],
];

/** @param reason as the client says it: the system's code, `timeout` or `network` */
export function noAnswer(url: string, reason: string): string {
  const why = WHYS.find(([reasons]) => reasons.test(reason))?.[1] ?? 'Check host, port and path.';
  return `No vault answers at ${originOf(url)} (${reason}). ${why}`;
}

/** For an answer that is not one of a vault's API at this place. */
export function notThere(url: string, said: string): string {
  return (
    `${said} --url is where the API begins, without /v1 or /docs: http://127.0.0.1:7300, or behind a proxy ` +
    `https://vault.example.com, with its path if it has one. It was ${originOf(url)}${URL.parse(url)?.pathname ?? ''}.`
  );
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? 'this URL';
}
