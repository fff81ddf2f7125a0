import { X509Certificate } from 'node:crypto';

const block = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Certificates of a PEM text, in its order; null when one cannot be read, or there are more than `most`. */
export function certificatesIn(text: string, most: number): readonly X509Certificate[] | null {
  const blocks = text.match(block) ?? [];
  if (blocks.length > most) return null;
  try {
    return blocks.map((each) => new X509Certificate(each));
  } catch {
    return null;
  }
}

/** The common name in a distinguished name as Node writes it; the whole of it where it has none. */
export const nameIn = (distinguished: string): string =>
  /CN=([^\n]+)/.exec(distinguished)?.[1] ?? distinguished.replaceAll('\n', ', ');
