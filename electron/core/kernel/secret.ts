import { inspect } from 'node:util';

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

  /** Takes over `bytes`: the caller must not use them again; they are zeroed on dispose. */
  static adopt(bytes: Uint8Array): Secret {
    return new Secret(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** Copies `bytes` into memory of its own (never the shared Buffer pool). */
  static copyOf(bytes: Uint8Array): Secret {
    const own = Buffer.alloc(bytes.byteLength);
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
