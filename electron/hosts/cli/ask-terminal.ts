import { closeSync, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { clean } from './screen.ts';
import { longestSecret } from './secret-files.ts';

const keys = {
  enter: [0x0d, 0x0a],
  interrupt: 0x03,
  end: 0x04,
  backspace: [0x7f, 0x08],
  kill: 0x15,
};

/** What a person types, kept as bytes in one buffer that is zeroed. */
export class TypedSecret {
  readonly #bytes = Buffer.alloc(longestSecret);
  #length = 0;

  /** Takes one byte as typed; says when the answer is complete or was declined. */
  take(byte: number): 'more' | 'done' | 'declined' {
    if (keys.enter.includes(byte)) return 'done';
    if (byte === keys.interrupt) return 'declined';
    if (byte === keys.end) return this.#length === 0 ? 'declined' : 'done';
    if (keys.backspace.includes(byte)) this.#dropCharacter();
    else if (byte === keys.kill) this.#clear();
    else if (byte >= 0x20 && this.#length < longestSecret) this.#bytes[this.#length++] = byte;
    return 'more';
  }

  /** The bytes, in memory of their own; what was typed is zeroed here. */
  finish(): Uint8Array<ArrayBuffer> {
    const secret = new Uint8Array(this.#bytes.subarray(0, this.#length));
    this.#clear();
    return secret;
  }

  /** One character back: continuation bytes of UTF-8 go with their first byte. */
  #dropCharacter(): void {
    let start = this.#length - 1;
    while (start > 0 && ((this.#bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
    if (start < 0) return;
    this.#bytes.fill(0, start, this.#length);
    this.#length = start;
  }

  #clear(): void {
    this.#bytes.fill(0);
    this.#length = 0;
  }
}

function openTerminal(): { reader: ReadStream; writer: number } | null {
  let reader: number | null = null;
  try {
    reader = openSync('/dev/tty', 'r');
    return { reader: new ReadStream(reader), writer: openSync('/dev/tty', 'w') };
  } catch {
    if (reader !== null) closeSync(reader);
    return null;
  }
}

/**
 * Asks for a secret on the controlling terminal, without echo. Null when there is no terminal.
 * Raises CANCELLED_BY_PERSON on Ctrl+C or an empty Ctrl+D.
 */
export function askSecret(prompt: string): Promise<Uint8Array<ArrayBuffer> | null> {
  return askOnTerminal(prompt, (typed) => typed.finish());
}

/** Asks for a line that may be seen later (a name, a yes); typed without echo all the same. */
export function askLine(prompt: string): Promise<string | null> {
  return askOnTerminal(prompt, (typed) => Buffer.from(typed.finish()).toString('utf8'), true);
}

function askOnTerminal<T>(
  prompt: string,
  finish: (typed: TypedSecret) => T,
  echo = false,
): Promise<T | null> {
  const terminal = openTerminal();
  if (!terminal) return Promise.resolve(null);
  const { reader, writer } = terminal;
  // Echo ends before the question is seen: whoever answers at once is not shown either.
  reader.setRawMode(true);
  writeSync(writer, `${clean(prompt)}: `);
  const typed = new TypedSecret();
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      reader.setRawMode(false);
      reader.destroy();
      writeSync(writer, '\r\n');
      closeSync(writer);
      settle();
    };
    reader.on('error', (error) => end(() => reject(error)));
    reader.on('data', (chunk: Buffer) => {
      const shown = echo ? clean(chunk.toString('utf8')).trim() : '';
      if (shown !== '') writeSync(writer, shown);
      for (const byte of chunk) {
        const state = typed.take(byte);
        if (state === 'more') continue;
        chunk.fill(0);
        const declined = new OperationError('CANCELLED_BY_PERSON');
        end(() => (state === 'done' ? resolve(finish(typed)) : reject(declined)));
        return;
      }
      chunk.fill(0);
    });
  });
}
