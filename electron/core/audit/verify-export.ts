import { open } from 'node:fs/promises';
import { z } from 'zod';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Json } from '../../../shared/model/json.ts';
import { canonicalJson } from '../crypto/canonical-json.ts';
import { ecdsaVerify, spkiFingerprint } from '../crypto/signature.ts';
import { diskFailure } from '../store/disk-errors.ts';
import { nothingThere } from '../store/durable-file.ts';
import { checkpointBytes, checkpointHash } from './checkpoint.ts';
import { genesis, recordHash } from './record.ts';

/** Longer lines are never written. */
const longestLine = 128 * 1024;

export interface ExportVerdict {
  readonly ok: boolean;
  /** Exit status: 0 proved, 1 something is wrong, 2 nothing in it is signed by the given key. */
  readonly status: 0 | 1 | 2;
  readonly records: number;
  /** Records covered by a good signature of the given key. */
  readonly signedSize: number;
  /** Records after the last good signature: nothing vouches for them. */
  readonly unsignedTail: number;
  /** Number of the first bad record; null when none is. */
  readonly firstBad: number | null;
  /** Line of the file at which it went wrong. */
  readonly line: number | null;
  readonly problem: string | null;
  readonly store: string | null;
  /** Where the signing key is kept, by the log's own signed word. */
  readonly signer: 'hsm' | 'software' | null;
  /** Hash of the last signed record, and when it was signed: compare with what you know. */
  readonly signedHead: string | null;
  readonly signedAt: number | null;
  /** What is odd but no proof of anything, such as time running backwards. */
  readonly remarks: readonly string[];
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const record = z.strictObject({
  type: z.literal('record'),
  hash,
  body: z.looseObject({ v: z.literal(1), seq: count, at: z.number().int(), prev: hash }),
});
const checkpoint = z.strictObject({
  type: z.literal('checkpoint'),
  signature: z.base64(),
  body: z.strictObject({
    v: z.literal(1),
    store: z.string(),
    realm: z.enum(['practice', 'real']),
    size: count,
    head: hash,
    at: z.number().int(),
    purpose: z.enum(['count', 'lock', 'export']),
    key: hash,
    signer: z.enum(['hsm', 'software']),
    previous: hash.nullable(),
  }),
});
const about = z.strictObject({
  type: z.literal('log'),
  v: z.literal(1),
  store: z.string(),
  realm: z.enum(['practice', 'real']),
  at: z.number().int(),
});
const key = z.strictObject({ type: z.literal('key'), fingerprint: hash, spki: z.base64() });
const line = z.discriminatedUnion('type', [about, key, record, checkpoint]);

class Broken extends Error {}

/** What a record says, as far as somebody goes on with it. */
export interface ToldRecord {
  readonly action: unknown;
  readonly details: unknown;
}

/**
 * Checks an exported audit log without any keystore: every record against the one before, every
 * signature against the public key whose fingerprint the auditor kept elsewhere.
 * @param fingerprint SHA-256 of the public key, 64 hex digits.
 * @param each is given the records in their order, as they are read: they count once the verdict is good
 * @throws OperationError NOT_FOUND when there is no such file, BAD_INPUT when it is a folder or closed to
 *   this account, DISK_* when it cannot be read.
 */
export async function verifyExport(
  file: string,
  fingerprint: string,
  each: (record: ToldRecord) => void = () => undefined,
): Promise<ExportVerdict> {
  const check = new ExportCheck(fingerprint.toLowerCase(), each);
  let number = 0;
  try {
    for await (const text of linesOf(file)) {
      number++;
      check.line(text);
    }
    number++;
    check.end();
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return check.verdict(error.message, number);
  }
  return check.verdict(null, null);
}

class ExportCheck {
  readonly #fingerprint: string;
  readonly #keys = new Map<string, Buffer>();
  readonly #remarks: string[] = [];
  /** Signatures by keys that nobody asked about, as before and after an HSM was attached. */
  readonly #byOthers = new Map<string, { readonly signatures: number; readonly size: number }>();
  #store: string | null = null;
  #realm = '';
  #head = '';
  #records = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  #previous: string | null = null;
  #signed: z.output<typeof checkpoint>['body'] | null = null;
  #closed = false;
  #suspect: number | null = null;
  readonly #each: (record: ToldRecord) => void;

  constructor(fingerprint: string, each: (record: ToldRecord) => void) {
    this.#fingerprint = fingerprint;
    this.#each = each;
  }

  line(text: string): void {
    this.#suspect = this.#records + 1;
    const raw = parseJson(text);
    if (spelled(raw) !== text) throw new Broken('a line is not in its canonical spelling');
    const parsed = line.safeParse(raw);
    if (!parsed.success) throw new Broken('a line is not part of an audit log');
    const item = parsed.data;
    if (this.#store === null && item.type !== 'log') throw new Broken('the first line is missing');
    if (item.type === 'log') this.#begin(item.store, item.realm);
    else if (item.type === 'key') this.#keep(item.fingerprint, item.spki);
    else if (item.type === 'record') this.#record(item, spelled((raw as { body: Json }).body));
    else this.#checkpoint(item);
    this.#suspect = null;
  }

  end(): void {
    if (this.#store === null) throw new Broken('the file is empty');
    if (this.#signed === null) return;
    if (this.#signed.size < this.#records) {
      this.#suspect = this.#signed.size + 1;
      const others = Array.from(this.#byOthers.values(), ({ size }) => size);
      throw new Broken(
        Math.max(0, ...others) === this.#records
          ? 'the records from there on are signed by another key only: verify by its fingerprint, if it is yours'
          : 'records at the end carry no signature',
      );
    }
    if (!this.#closed)
      throw new Broken('the signature that closes an export is missing: the end was cut off');
  }

  verdict(problem: string | null, lineNumber: number | null): ExportVerdict {
    const signedSize = this.#signed?.size ?? 0;
    const unproved = this.#signed === null && problem === null;
    const status = unproved ? 2 : problem === null ? 0 : 1;
    return {
      ok: status === 0,
      status,
      records: this.#records,
      signedSize,
      unsignedTail: this.#records - signedSize,
      firstBad: problem === null ? null : this.#suspect,
      line: lineNumber,
      problem: unproved
        ? 'nothing in this file is signed by the key with this fingerprint'
        : problem,
      store: this.#store,
      signer: this.#signed?.signer ?? null,
      signedHead: this.#signed?.head ?? null,
      signedAt: this.#signed?.at ?? null,
      remarks: [...this.#remarks, ...Array.from(this.#byOthers, sayOther)],
    };
  }

  #begin(store: string, realm: string): void {
    this.#realm = realm;
    if (this.#store !== null) throw new Broken('a second log begins inside the file');
    this.#store = store;
    this.#head = genesis(store).toString('hex');
  }

  #keep(fingerprint: string, spki: string): void {
    const bytes = Buffer.from(spki, 'base64');
    if (spkiFingerprint(bytes) !== fingerprint)
      throw new Broken('a public key does not have its fingerprint');
    this.#keys.set(fingerprint, bytes);
  }

  #record(item: z.output<typeof record>, text: string): void {
    const { seq, prev, at } = item.body;
    if (seq !== this.#records + 1)
      throw new Broken(`record ${this.#records + 1} was expected, ${seq} is there`);
    if (prev !== this.#head) throw new Broken(`record ${seq} does not follow the record before it`);
    if (recordHash(text).toString('hex') !== item.hash) {
      throw new Broken(`record ${seq} was altered`);
    }
    if (at < this.#lastAt) this.#remarks.push(`the clock ran backwards before record ${seq}`);
    this.#lastAt = at;
    this.#records = seq;
    this.#head = item.hash;
    this.#closed = false;
    const { action, details } = item.body as Partial<ToldRecord>;
    this.#each({ action, details });
  }

  #checkpoint({ body, signature }: z.output<typeof checkpoint>): void {
    const text = canonicalJson({ ...body } as unknown as Json);
    this.#suspect = (this.#signed?.size ?? 0) + 1;
    if (body.store !== this.#store || body.realm !== this.#realm)
      throw new Broken('a signature belongs to another store');
    if (body.size !== this.#records || body.head !== this.#head) {
      throw new Broken(
        `a signature over ${body.size} records does not fit the ${this.#records} before it`,
      );
    }
    if (body.previous !== this.#previous)
      throw new Broken('a signature before this one was left out');
    this.#previous = checkpointHash(text);
    if (body.key !== this.#fingerprint) {
      const { signatures } = this.#byOthers.get(body.key) ?? { signatures: 0 };
      this.#byOthers.set(body.key, { signatures: signatures + 1, size: body.size });
      return;
    }
    const publicKey = this.#keys.get(this.#fingerprint);
    if (publicKey === undefined) throw new Broken('the public key is missing');
    if (!ecdsaVerify(publicKey, checkpointBytes(text), Buffer.from(signature, 'base64'))) {
      throw new Broken(`the signature over ${body.size} records is wrong`);
    }
    this.#signed = body;
    this.#closed = body.purpose === 'export';
  }
}

/** @throws Broken for what has no canonical spelling: fractions, depth beyond the stack. */
function spelled(value: Json): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    throw new Broken('a line is not in its canonical spelling', { cause: error });
  }
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Broken('a line is not JSON', { cause: error });
  }
}

/** The lines of a file, each ended by a line feed, none longer than any we write. */
const sayOther = ([key, { signatures, size }]: readonly [
  string,
  { readonly signatures: number; readonly size: number },
]): string =>
  signatures === 1
    ? `1 signature, over the records to ${size}, is by another key and was not checked: ${key}`
    : `${signatures} signatures, the last over the records to ${size}, are by another key and were not checked: ${key}`;

/** Why a file that somebody named cannot be read, where it is not the keystore's. */
const unreadable: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder: name the file that was exported',
  EACCES: 'this account may not read it',
  EPERM: 'this account may not read it',
};

function readFailure(error: unknown, file: string): unknown {
  if (nothingThere(error)) return new OperationError('NOT_FOUND', { file }, { cause: error });
  const problem = unreadable[(error as NodeJS.ErrnoException).code ?? ''];
  if (problem === undefined) return diskFailure(error, 'read');
  return new OperationError('BAD_INPUT', { field: 'file', problem }, { cause: error });
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw readFailure(error, file);
  });
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const decode = (bytes: Buffer): string => decoder.decode(bytes);
    const chunk = Buffer.alloc(256 * 1024);
    let rest = Buffer.alloc(0);
    for (;;) {
      const { bytesRead } = await handle
        .read(chunk, 0, chunk.length, null)
        .catch((error: unknown) => {
          throw readFailure(error, file);
        });
      if (bytesRead === 0) break;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        yield decoded(decode, rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      }
      if (rest.length > longestLine) throw new Broken('a line is longer than any record');
    }
    if (rest.length > 0) throw new Broken('the last line is cut off');
  } finally {
    await handle.close();
  }
}

function decoded(decode: (bytes: Buffer) => string, bytes: Buffer): string {
  try {
    return decode(bytes);
  } catch (error) {
    throw new Broken('a line is not text', { cause: error });
  }
}
