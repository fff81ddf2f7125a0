/** How a KMS key that AWS lists stands to this keystore, in the order in which a list shows them. */
export const scanStandings = [
  /** It carries Keyreeve's mark, and no version or external key here is known to have it. */
  'marked',
  /** A version or external key here has it, and AWS lists it no more. */
  'missing',
  /** It may not be looked at, so nobody can say whose it is. */
  'not-readable',
  'not-ours',
  'known',
  'aws-managed',
] as const;
export type ScanStanding = (typeof scanStandings)[number];

/** How far the reading of an account and Region is. `stopped`: by a person, or by a lock. */
export const scanStates = ['running', 'done', 'stopped', 'failed'] as const;
export type ScanState = (typeof scanStates)[number];

/** Where a page of found keys ends and the next one begins. */
export interface ScanMark {
  readonly standing: ScanStanding;
  /** Ids of AWS are not all alike: multi-Region keys have their own form. */
  readonly keyId: string;
}

const shape = /^(?<standing>[a-z-]+)\/(?<keyId>[0-9a-zA-Z-]{1,128})$/;

export const writeScanMark = ({ standing, keyId }: ScanMark): string => `${standing}/${keyId}`;

/** Null where it is none. */
export function readScanMark(text: string): ScanMark | null {
  const found = shape.exec(text)?.groups;
  const standing = scanStandings.find((each) => each === found?.['standing']);
  return found && standing ? { standing, keyId: found['keyId'] ?? '' } : null;
}

/** Below 0 where the first comes before the second in a list. */
export function compareScanMarks(a: ScanMark, b: ScanMark): number {
  const apart = scanStandings.indexOf(a.standing) - scanStandings.indexOf(b.standing);
  if (apart !== 0) return apart;
  return a.keyId < b.keyId ? -1 : a.keyId > b.keyId ? 1 : 0;
}
