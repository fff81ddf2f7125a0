/** What AWS takes as a key policy at most. Bytes. */
export const mostPolicyBytes = 32_768;

export type PolicyFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** Reads a chosen file as text; what the text says is judged by the core. */
export async function readPolicyFile(
  file: Pick<File, 'name' | 'size' | 'arrayBuffer'>,
): Promise<PolicyFile> {
  if (file.size > mostPolicyBytes) {
    return {
      ok: false,
      problem: `${file.name} was not imported: it has ${Math.ceil(file.size / 1024)} KiB, and AWS takes 32 KiB.`,
    };
  }
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    return { ok: false, problem: `${file.name} was not imported: it could not be read.` };
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { ok: false, problem: `${file.name} was not imported: it is not a text in UTF-8.` };
  }
}
