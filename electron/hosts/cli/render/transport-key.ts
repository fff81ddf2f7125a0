import type { TransportKeyView } from '../../../../shared/contract/bring-in.ts';
import { facts } from '../table.ts';
import type { Style } from './moments.ts';

/** What the other system needs to know of a transport key. */
export function transportKeyText(key: TransportKeyView, style: Style): string {
  const hash = key.algorithm.endsWith('SHA_256') ? 'SHA-256' : 'SHA-1';
  return [
    facts([
      ['Fingerprint', `SHA-256 ${key.sha256}`],
      [
        'Wrap',
        `${key.carries}, ${key.keyBytes} bytes, by RSA-OAEP with ${hash} for label and mask`,
      ],
      ['Comes back', `${key.bytes} bytes, or base64 of them, with the KCV (${key.kcv})`],
      ['Open until', style.when(key.endsAt)],
    ]),
    '',
    'With OpenSSL 3, where transport.pem is this file and key.bin the bare key:',
    ...key.commands.flatMap(({ does, line }) => ['', `  # ${does}`, `  ${line}`]),
  ].join('\n');
}
