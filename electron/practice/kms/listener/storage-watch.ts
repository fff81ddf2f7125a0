/** What SQLite and the operating system say of a disk that is full, failing or not to be written. */
const trouble =
  /^(?:SQLITE_(?:FULL|READONLY|IOERR|ABORT_ROLLBACK)(?:_\w+)?|ENOSPC|EDQUOT|EFBIG|EIO|EROFS)$/;

/** True for what no call brought about, and no mistake of the practice KMS. */
export const isStorageTrouble = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && 'code' in error && trouble.test(String(error.code));

/** Tells of storage that takes no more, once until it works again. */
export interface StorageWatch {
  /** False for an error that is another matter. */
  failed(error: unknown): boolean;
  /** Something was answered, and so was written. */
  worked(): void;
}

/**
 * So many answers in a row say that it works again: on a nearly full disk some still go through.
 */
const enough = 20;

/**
 * Says once that the files take nothing, and once that they do again, after enough calls in a row that worked.
 */
export function createStorageWatch(tell: (text: string) => void): StorageWatch {
  let left = 0;
  return {
    failed(error) {
      if (!isStorageTrouble(error)) return false;
      if (left === 0) {
        tell(
          `its files cannot be written (${error.code}). Calls change nothing and answer KMSInternalException until they can be.`,
        );
      }
      left = enough;
      return true;
    },
    worked() {
      if (left === 0) return;
      left -= 1;
      if (left === 0) tell('its files can be written again.');
    },
  };
}
