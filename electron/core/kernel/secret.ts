import { inspect } from 'node:util';

/**
 * Zeroed memory outside the JavaScript heap. Small arrays made in any other way lie inside it, where
 * the garbage collector moves them and leaves copies.
 */
export const ownMemory = (length: number): Buffer<ArrayBuffer> =>
  Buffer.from(new ArrayBuffer(length));

/**
 * Bytes that must not be shown. Prints as a label everywhere, hands its bytes out only inside
 * `use`, and is zeroed by `dispose`. JavaScript cannot promise that no copy was made by the
 * engine (garbage collector moves, native library buffers): this narrows the window, it does not
 * close it.
 */
export class Secret {
  #bytes: Buffer | null;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Takes over the content of `bytes`, which are zeroed at once. */
  static adopt(bytes: Uint8Array): Secret {
    const secret = Secret.copyOf(bytes);
    bytes.fill(0);
    return secret;
  }

  /** Copies `bytes` into memory of its own. */
  static copyOf(bytes: Uint8Array): Secret {
    const own = ownMemory(bytes.byteLength);
    own.set(bytes);
    return new Secret(own);
  }

  get length(): number {
    return this.#open().length;
  }

  get disposed(): boolean {
    return this.#bytes === null;
  }

  /** Runs `work` with the bytes. They must not be kept beyond it. */
  use<T>(work: (bytes: Buffer) => T): T {
    return work(this.#open());
  }

  /** A second Secret with its own memory and its own end of life. */
  clone(): Secret {
    return Secret.copyOf(this.#open());
  }

  dispose(): void {
    this.#bytes?.fill(0);
    this.#bytes = null;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return '[Secret]';
  }

  toJSON(): string {
    return '[Secret]';
  }

  [inspect.custom](): string {
    return '[Secret]';
  }

  #open(): Buffer {
    if (this.#bytes === null) throw new Error('A secret was used after it was wiped.');
    return this.#bytes;
  }
}
