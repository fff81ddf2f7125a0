import { usualAuthorities } from '../../../../shared/text/tls.ts';
import type { OutputFor } from '../operations.ts';
import { facts } from '../table.ts';
import type { Style } from './moments.ts';

type Preview = OutputFor<'credential.previewTls'>;
type Certificates = Preview['authorities'];

/** What is about to be trusted and shown, to be compared before it is. */
export const previewText = ({ authorities, client }: Preview, style: Style): string =>
  [
    ...certificatesText('Authority', authorities, style),
    ...(client === null ? [] : certificatesText('Client', client, style)),
  ].join('\n');

export function tlsText({ tls }: OutputFor<'credential.setTls'>, style: Style): string {
  if (tls === null) return `TLS  ${usualAuthorities}`;
  const { authorities, client, validateHost } = tls;
  return [
    ...certificatesText('Authority', authorities, style),
    ...(client === null ? [] : certificatesText('Client', client, style)),
    validateHost
      ? '✓ The host name must be in the server’s certificate.'
      : '! The host name is not checked: any certificate of that authority is believed.',
  ].join('\n');
}

const certificatesText = (
  what: string,
  { certificates, remarks }: Certificates,
  { when }: Style,
): readonly string[] => [
  ...certificates.map(({ subject, issuer, notBefore, notAfter, fingerprint }) =>
    facts([
      [what, subject, 'strong'],
      ['Issued by', issuer],
      ['Valid', `${when(notBefore)} to ${when(notAfter)}`],
      ['SHA-256', fingerprint],
    ]),
  ),
  ...remarks.map((remark) => `! ${remark}`),
];
