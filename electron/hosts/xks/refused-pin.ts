import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Secret } from '../../core/kernel/secret.ts';
import { replaceFile } from '../../core/xks/serving/set-file.ts';

const derive = promisify<Buffer, Buffer, number, Buffer>(scrypt);
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const note = z.strictObject({ v: z.literal(1), salt: hex(16), check: hex(32) });

/**
 * A PIN that a token refused, remembered beyond the process: what starts the proxy again and again would
 * else try it again and again, until the token is locked. Only a salted, slow hash of it is kept.
 */
export class RefusedPin {
  readonly file: string;
  readonly #serial: string;

  constructor(stateFolder: string, tokenSerial: string) {
    this.file = join(stateFolder, 'refused-pin');
    this.#serial = tokenSerial;
  }

  /** A note that cannot be read stands for every PIN: one try less is better than one too many. */
  async is(pin: Secret): Promise<boolean> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    const read = note.safeParse(jsonOrNull(text));
    if (!read.success) return true;
    const check = await this.#check(pin, Buffer.from(read.data.salt, 'hex'));
    return timingSafeEqual(check, Buffer.from(read.data.check, 'hex'));
  }

  async remember(pin: Secret): Promise<void> {
    const salt = randomBytes(16);
    const check = await this.#check(pin, salt);
    const text = JSON.stringify({ v: 1, salt: salt.toString('hex'), check: check.toString('hex') });
    await replaceFile(this.file, Buffer.from(text));
  }

  async forget(): Promise<void> {
    await rm(this.file, { force: true });
  }

  /** Of the PIN for this token: another token may well have it. */
  #check(pin: Secret, salt: Buffer): Promise<Buffer> {
    const salted = Buffer.concat([salt, Buffer.from(this.#serial)]);
    const copy = pin.use((bytes) => Buffer.from(bytes));
    return derive(copy, salted, 32).finally(() => copy.fill(0));
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
