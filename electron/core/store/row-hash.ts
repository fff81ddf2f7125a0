import { hmacSha256, type MacKey } from '../crypto/mac.ts';

/** What SQLite hands out for one column. */
export type SqlValue = null | number | bigint | string | Buffer;

export const sumLength = 32;

/**
 * The multiset hash behind the state root: every row becomes HMAC-SHA-256 of its table and values,
 * and a table's sum is the sum of those numbers modulo 2^256. Sums do not depend on the order of
 * rows, so an insert adds, a delete subtracts, and a recount in any order comes to the same.
 */
export class RowHasher {
  readonly #key: MacKey;
  #buffer = Buffer.allocUnsafeSlow(4096);
  #at = 0;

  constructor(key: MacKey) {
    this.#key = key;
  }

  /** 32 bytes for one row. `from` is where the column values begin in `values`. */
  hash(table: string, values: readonly SqlValue[], from = 0): Buffer {
    this.#at = 0;
    this.#text(table);
    for (let i = from; i < values.length; i++) this.#value(values[i] as SqlValue);
    return hmacSha256(this.#key, this.#buffer.subarray(0, this.#at));
  }

  /** Wipes the last row that was encoded. */
  forget(): void {
    this.#buffer.fill(0);
  }

  // One type byte each, lengths before content: no two rows share an encoding.
  #value(value: SqlValue): void {
    if (value === null) {
      this.#room(1);
      this.#at = this.#buffer.writeUInt8(0, this.#at);
    } else if (typeof value === 'number') {
      this.#room(9);
      this.#at = this.#buffer.writeUInt8(1, this.#at);
      this.#at = this.#buffer.writeDoubleBE(value, this.#at);
    } else if (typeof value === 'string') {
      this.#text(value);
    } else if (typeof value === 'bigint') {
      this.#text(`bigint ${value}`);
    } else {
      this.#room(5 + value.length);
      this.#at = this.#buffer.writeUInt8(3, this.#at);
      this.#at = this.#buffer.writeUInt32BE(value.length, this.#at);
      this.#at += value.copy(this.#buffer, this.#at);
    }
  }

  #text(text: string): void {
    this.#room(5 + text.length * 3);
    const start = this.#at + 5;
    const length = this.#buffer.write(text, start, 'utf8');
    this.#buffer.writeUInt8(2, this.#at);
    this.#buffer.writeUInt32BE(length, this.#at + 1);
    this.#at = start + length;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + more));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer.fill(0);
    this.#buffer = larger;
  }
}

/** sum += hash modulo 2^256, in place. Least significant 32 bits first. */
export function addTo(sum: Buffer, hash: Buffer): void {
  let carry = 0;
  for (let at = 0; at < sumLength; at += 4) {
    const total = sum.readUInt32LE(at) + hash.readUInt32LE(at) + carry;
    sum.writeUInt32LE(total >>> 0, at);
    carry = total > 0xffffffff ? 1 : 0;
  }
}

/** sum -= hash modulo 2^256, in place. */
export function takeFrom(sum: Buffer, hash: Buffer): void {
  let borrow = 0;
  for (let at = 0; at < sumLength; at += 4) {
    const difference = sum.readUInt32LE(at) - hash.readUInt32LE(at) - borrow;
    sum.writeUInt32LE(difference >>> 0, at);
    borrow = difference < 0 ? 1 : 0;
  }
}
