export interface FindElectronOptions {
  readonly root: string;
  readonly offline: boolean;
  readonly fetchMs?: number;
  readonly mostBytes?: number;
  readonly log?: (text: string) => void;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly base?: string;
}
export function findElectron(
  options: FindElectronOptions,
): Promise<{ path: string } | { path: null; reason: string }>;
