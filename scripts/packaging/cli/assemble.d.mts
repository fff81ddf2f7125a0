/** Returns the folder that holds the command line of a package. */
export function assembleCli(options: {
  readonly root: string;
  readonly out?: string;
  /** Where the built window is; left out, no window is packaged. */
  readonly window?: string;
}): Promise<string>;
export function pinnedNode(system: string): string | undefined;
