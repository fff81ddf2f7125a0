import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Each write is synced by the call that makes it, where the system has that: half the way to the disk. */
const syncing: number = (constants as Partial<typeof constants>).O_DSYNC ?? 0;
const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | syncing;

/** Bytes of room made at a time, and what is left of it when more is made. */
const roomBytes = 4 * 1024 * 1024;
const roomLeft = 2 * 1024 * 1024;
/** A file that stays shorter than this gets no room. */
const shortFile = 64 * 1024;

let lineFeeds: Buffer | null = null;

/**
 * A file of lines to which text is added durably. Ahead of the text it keeps room, filled with line
 * feeds: a write into blocks that are there waits for its own bytes only, one that makes the file
 * longer also for the journal of the file system and so for what other programs write. Whoever
 * reads the file while it is open, or after a crash, reads up to the first empty line.
 */
export class SyncedFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #length = 0;
  /** Up to where the file is filled. */
  #filled = 0;
  #making: Promise<void> | null = null;
  #noRoom = false;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws the error of `open`, also when there is such a file */
  static async create(path: string): Promise<SyncedFile> {
    return new SyncedFile(path, await open(path, newFile, 0o600));
  }

  /** Bytes of the text so far. */
  get length(): number {
    return this.#length;
  }

  /** Durable when it resolves. One call at a time; after one that failed only {@link abandon}. */
  async put(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    // never both at the same place: what is filled later would wipe out what was written
    if (this.#length + bytes.length > this.#filled) await this.#making;
    await this.#write(bytes, this.#length);
    this.#length += bytes.length;
    this.#filled = Math.max(this.#filled, this.#length);
    if (this.#length > shortFile && this.#filled - this.#length < roomLeft) this.#makeRoom();
  }

  /** Without the room. */
  async close(): Promise<void> {
    await this.#making;
    if (this.#filled > this.#length) await this.#file.truncate(this.#length);
    await this.#file.close();
  }

  /**
   * Takes back what was not acknowledged, durably. May be called again where it failed.
   * @throws the error of the file system
   */
  async abandon(): Promise<void> {
    await this.#making;
    await this.#file.close().catch(() => undefined);
    const file = await openIfThere(this.#path);
    try {
      await file?.truncate(this.#length);
      await file?.datasync();
    } finally {
      await file?.close();
    }
  }

  #makeRoom(): void {
    if (this.#making !== null || this.#noRoom) return;
    lineFeeds ??= Buffer.alloc(roomBytes, '\n');
    const from = this.#filled;
    this.#making = this.#write(lineFeeds, from)
      .then(
        () => void (this.#filled = from + roomBytes),
        // a disk that is nearly full: lines are still taken one by one
        () => void (this.#noRoom = true),
      )
      .finally(() => void (this.#making = null));
  }

  async #write(bytes: Buffer, from: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        done,
        bytes.length - done,
        from + done,
      );
      done += bytesWritten;
    }
    if (syncing === 0) await this.#file.datasync();
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}
