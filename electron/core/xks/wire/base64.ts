/**
 * Decodes Base64 of RFC 4648 section 4: standard alphabet, with padding, no spaces, no stray bits.
 * Null for anything else. Node's own decoder takes almost everything, so the result is compared.
 */
export function strictBase64(text: string): Buffer | null {
  if (text.length % 4 !== 0) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
