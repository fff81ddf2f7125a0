import type { Utf8 } from '../../../shared/wire/message.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Node's own encoder; malformed bytes are refused, not mended. */
export const nodeUtf8: Utf8 = {
  encode: (text) => Buffer.from(text, 'utf8'),
  decode: (bytes) => decoder.decode(bytes),
};
