import type { MasterKey, ProbeResult, Sendable, TokenStatus } from '../hsm/driver.ts';
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

export function readBinding(settings: Settings): HsmBinding | null {
  const kept = settings.read(name) as HsmBinding | null;
  return kept === null ? null : { ...kept, probe: { ...kept.probe, sendable: sendableOf(kept) } };
}

/** A probe of before there were other types knows of AES-256 only, until the token is probed again. */
function sendableOf({ probe }: { readonly probe: Partial<ProbeResult> }): readonly Sendable[] {
  if (probe.sendable !== undefined) return probe.sendable;
  const [algorithm] = probe.wrappingAlgorithms ?? [];
  return algorithm === undefined ? [] : [{ spec: 'SYMMETRIC_DEFAULT', algorithm }];
}

/** Inside a change. */
export const writeBinding = (settings: Settings, binding: HsmBinding): void =>
  settings.write(name, binding as unknown as Json);

export const bindingTitle = (binding: HsmBinding): string => `HSM “${binding.label}”`;
