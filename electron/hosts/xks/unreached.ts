/** Why a proxy was not reached, and what to look at, by the code of the system or of TLS. */
const reasons: readonly (readonly [codes: readonly string[], said: (name: string) => string])[] = [
  [
    ['ENOTFOUND', 'ENODATA', 'EAI_AGAIN'],
    (name) => `${name} leads to no IPv4 address: look at its A record.`,
  ],
  [
    ['ECONNREFUSED'],
    (name) => `Nobody listens at ${name}: start the proxy, and look at the port and the firewall.`,
  ],
  [
    ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    (name) => `There is no way to ${name}: look at firewall, security group and target group.`,
  ],
  [
    ['ECONNRESET', 'EPIPE', 'EPROTO'],
    (name) => `${name} ended the connection: look whether it is the proxy that answers there.`,
  ],
  [['CERT_HAS_EXPIRED'], () => 'The certificate is over: import a renewed one.'],
  [['CERT_NOT_YET_VALID'], () => 'The certificate is not valid yet: look at both clocks.'],
  [['ERR_TLS_CERT_ALTNAME_INVALID'], (name) => `The certificate is not for ${name}.`],
  [
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
    () => 'No public authority issued the certificate, and AWS takes no other.',
  ],
  [
    [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    () =>
      'The chain of the certificate leads to no authority that is trusted here: serve it whole, own certificate first.',
  ],
];

/** A sentence for whoever set the proxy up; the code stands behind it. */
export function whyNotReached(error: unknown, name: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const said = reasons.find(([codes]) => codes.includes(code ?? ''))?.[1](name);
  return said === undefined
    ? `The proxy was not reached: ${code ?? message}.`
    : `${said} (${code})`;
}
