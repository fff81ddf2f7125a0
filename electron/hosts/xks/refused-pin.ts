import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Secret } from '../../core/kernel/secret.ts';
import { replaceFile } from '../../core/xks/serving/set-file.ts';

const derive = promisify<Buffer, Buffer, number, Buffer>(scrypt);
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const note = z.strictObject({
  v: z.literal(1),
  salt: hex(16),
  check: hex(32),
  /** Tries of which nobody learned how they ended; absent where the token refused. */
  unanswered: z.int().min(1).optional(),
});
type Note = z.infer<typeof note>;

/** A power cut in a login must not keep a right PIN out; a crash at every start must not lock the token. */
const mostUnanswered = 2;

/** Why a PIN is not tried. */
export type NotTried = 'refused' | 'unanswered';

/**
 * What became of the PIN of one token, remembered beyond the process: what starts the proxy again and again
 * would else try it again and again, until the token is locked. Only a salted, slow hash of it is kept.
 */
export class RefusedPin {
  readonly file: string;
  readonly #serial: string;
  readonly #pin: Secret;
  /** Derived while the device is attached. */
  readonly #fresh: Promise<Note>;
  #before: Note | null = null;
  #mine: Note | null = null;

  /** `pin` stays the caller's, who disposes of it no sooner than he is done with this. */
  constructor(stateFolder: string, tokenSerial: string, pin: Secret) {
    this.file = join(stateFolder, 'refused-pin');
    this.#serial = tokenSerial;
    this.#pin = pin;
    this.#fresh = this.#note(randomBytes(16));
    this.#fresh.catch(() => undefined); // whoever begins is told
  }

  /**
   * Notes durably that the PIN is about to be tried; null when it may be. A note that cannot be read stands
   * for every PIN: one try less is better than one too many.
   * @throws the error of the file system; then nothing may be tried
   */
  async begin(): Promise<NotTried | null> {
    const read = await this.#read();
    if (read === 'unreadable') return 'refused';
    const known = read !== null && (await this.#isOf(read)) ? read : null;
    if (known !== null && known.unanswered === undefined) return 'refused';
    const unanswered = known?.unanswered ?? 0;
    if (unanswered >= mostUnanswered) return 'unanswered';
    this.#before = read;
    this.#mine = known ?? (await this.#fresh);
    await this.#write({ ...this.#mine, unanswered: unanswered + 1 });
    return null;
  }

  /** The token refused the PIN that was begun. */
  async refused(): Promise<void> {
    const { unanswered: _, ...mine } = this.#mine ?? (await this.#fresh);
    await this.#write(mine);
  }

  /** It was not tried after all. */
  async takeBack(): Promise<void> {
    if (this.#before === null) await this.forget();
    else await this.#write(this.#before);
  }

  async forget(): Promise<void> {
    await rm(this.file, { force: true });
  }

  async #read(): Promise<Note | 'unreadable' | null> {
    try {
      const read = note.safeParse(jsonOrNull(await readFile(this.file, 'utf8')));
      return read.success ? read.data : 'unreadable';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async #isOf({ salt, check }: Note): Promise<boolean> {
    const mine = await this.#note(Buffer.from(salt, 'hex'));
    return timingSafeEqual(Buffer.from(mine.check, 'hex'), Buffer.from(check, 'hex'));
  }

  /** Of the PIN for this token: another token may well have it. */
  async #note(salt: Buffer): Promise<Note> {
    const salted = Buffer.concat([salt, Buffer.from(this.#serial)]);
    const copy = this.#pin.use((bytes) => Buffer.from(bytes));
    const check = await derive(copy, salted, 32).finally(() => copy.fill(0));
    return { v: 1, salt: salt.toString('hex'), check: check.toString('hex') };
  }

  #write(written: Note): Promise<void> {
    return replaceFile(this.file, Buffer.from(JSON.stringify(written)));
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
