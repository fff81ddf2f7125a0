import { hash } from 'node:crypto';

const blockLength = 64;
const digestLength = 32;

/** A key of HMAC-SHA-256 (RFC 2104), padded and masked for its two hashes. */
export class OneShotMac {
  /** The masked key, and room for what is hashed after it. */
  #inner = Buffer.alloc(1024);
  readonly #outer = Buffer.alloc(blockLength + digestLength);

  constructor(key: Uint8Array) {
    const given = key.length > blockLength ? hash('sha256', key, 'buffer') : key;
    for (let at = 0; at < blockLength; at++) {
      const byte = given[at] ?? 0;
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  sign(data: string): Buffer {
    return Buffer.from(this.signHex(data), 'hex');
  }

  /**
   * By two one-shot hashes: the library's own makes objects that are dear to collect, and so is each
   * Buffer between.
   */
  signHex(data: string): string {
    const most = blockLength + 3 * data.length;
    if (most > this.#inner.length) {
      this.#inner = Buffer.concat([this.#inner.subarray(0, blockLength)], most);
    }
    const end = blockLength + this.#inner.write(data, blockLength, 'utf8');
    const inner = hash('sha256', this.#inner.subarray(0, end), 'binary');
    this.#outer.write(inner, blockLength, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }
}
