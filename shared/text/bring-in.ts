import type { KeyKind } from '../model/key-kinds.ts';

/** A line for a shell with OpenSSL 3, and what it does. */
export interface ShellLine {
  readonly does: string;
  readonly line: string;
}

/**
 * What the other system does with a transport key, by example of OpenSSL: the public half is in `transport.pem`,
 * the bare bytes of the key in `key.bin`.
 */
export function bringInCommands(
  algorithm: 'RSAES_OAEP_SHA_256' | 'RSAES_OAEP_SHA_1',
  { keyType, keyLength }: Pick<KeyKind, 'keyType' | 'keyLength'>,
): ShellLine[] {
  const hash = algorithm === 'RSAES_OAEP_SHA_256' ? 'sha256' : 'sha1';
  const mac = keyType === 'AES' ? '-cipher AES-256-CBC' : `-digest SHA${keyLength}`;
  const name = keyType === 'AES' ? 'CMAC' : 'HMAC';
  return [
    {
      does: 'Compare the fingerprint',
      line: 'openssl pkey -pubin -in transport.pem -outform DER | openssl dgst -sha256',
    },
    {
      does: 'Wrap the key',
      line: `openssl pkeyutl -encrypt -pubin -inkey transport.pem -in key.bin -out wrapped.bin -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:${hash} -pkeyopt rsa_mgf1_md:${hash}`,
    },
    {
      does: 'Tell its KCV',
      line: `head -c 16 /dev/zero | openssl mac ${mac} -macopt hexkey:$(xxd -p -c 64 key.bin) ${name} | head -c 10`,
    },
  ];
}
