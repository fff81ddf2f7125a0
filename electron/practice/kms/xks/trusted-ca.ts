import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

const pemBlock = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, checked. @throws an Error that names the file. */
export function readTrustedCa(file: string): string {
  try {
    const blocks = readFileSync(file, 'utf8').match(pemBlock) ?? [];
    if (blocks.length === 0) throw new Error('it holds no certificate in PEM');
    return blocks.map((block) => new X509Certificate(block).toString()).join('');
  } catch (error) {
    throw new Error(`cannot use the file of --trust-ca ${file}`, { cause: error });
  }
}
