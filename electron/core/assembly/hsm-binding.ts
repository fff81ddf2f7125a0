import type { MasterKey, ProbeResult, TokenStatus } from '../hsm/driver.ts';
import type { Json } from '../../../shared/model/json.ts';
import type { Settings } from '../keystore/settings.ts';

/** The token this keystore is bound to, as it was attached and probed. Kept in the keystore. */
export interface HsmBinding {
  /** Symlinks resolved. */
  readonly module: string;
  readonly moduleSha256: string;
  readonly libraryParameters: string | null;
  /** Folder of the practice token that the core made for this keystore; absent for any other. */
  readonly practiceFolder?: string;
  readonly serial: string;
  readonly label: string;
  readonly master: MasterKey;
  /** Where a person said that the second copy of the master key is. */
  readonly secondCopy: string | null;
  readonly probe: ProbeResult;
  readonly probedAt: number;
  /** The token as it was seen when it was attached. */
  readonly seen: TokenStatus;
}

const name = 'hsm';

export const readBinding = (settings: Settings): HsmBinding | null =>
  settings.read(name) as HsmBinding | null;

/** Inside a change. */
export const writeBinding = (settings: Settings, binding: HsmBinding): void =>
  settings.write(name, binding as unknown as Json);

export const bindingTitle = (binding: HsmBinding): string => `HSM “${binding.label}”`;
