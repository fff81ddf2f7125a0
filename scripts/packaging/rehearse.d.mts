export interface Rehearsal {
  /** Where electron-builder put its results. */
  readonly packages: string;
  /** The unpacked program. */
  readonly unpacked: string;
  readonly said: string;
}
export function prepareProject(root: string, project: string): Promise<void>;
export function rehearse(
  project: string,
  options?: { readonly config?: string; readonly targets?: readonly string[] },
): Rehearsal;
