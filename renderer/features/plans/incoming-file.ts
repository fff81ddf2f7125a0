/** A wrapped key has as many bytes as the modulus, or base64 of them in lines; no more is ever read. */
export const mostIncomingBytes = 6144;

/** What came back from the other system. */
export interface IncomingFile {
  readonly name: string;
  /** Its bytes in base64. */
  readonly file: string;
}

export type ReadIncoming =
  | { readonly ok: true; readonly incoming: IncomingFile }
  | { readonly ok: false; readonly problem: string };

/** Reads a chosen file as it is; what it holds is judged where it is opened. */
export async function readIncomingFile(
  file: Pick<File, 'name' | 'size' | 'arrayBuffer'>,
): Promise<ReadIncoming> {
  const unread = (why: string): ReadIncoming => ({
    ok: false,
    problem: `${file.name} was not taken: ${why}.`,
  });
  if (file.size === 0) return unread('it is empty');
  if (file.size > mostIncomingBytes) {
    return unread(`it has ${Math.ceil(file.size / 1024)} KiB, and a wrapped key has less than one`);
  }
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { ok: true, incoming: { name: file.name, file: base64(bytes) } };
  } catch {
    return unread('it could not be read');
  }
}

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** Three to five bytes in hex, as systems show them. */
export const isKcv = (kcv: string): boolean => /^(?:[0-9A-F]{2}){3,5}$/.test(kcv);

/** No KCV is longer: what is shorter may be the whole of one, or its beginning. */
export const isFullKcv = (kcv: string): boolean => isKcv(kcv) && kcv.length === 10;
