import type { Assurance } from '../../driver.ts';

interface Maker {
  readonly manufacturer: RegExp;
  readonly model?: RegExp;
  readonly assurance: Exclude<Assurance, 'built-in-software' | 'unknown-module'>;
}

/**
 * Who makes what, by CK_TOKEN_INFO's manufacturerID and model. A module cannot claim to be
 * hardware by a flag: it must be on this list, and the keystore pins the file it came from.
 */
const makers: readonly Maker[] = [
  { manufacturer: /^SoftHSM/i, assurance: 'software-module' },
  { manufacturer: /^Mozilla/i, assurance: 'software-module' },
  { manufacturer: /^Kryoptic/i, assurance: 'software-module' },
  { manufacturer: /^IBM/i, model: /^Soft/i, assurance: 'software-module' },
  { manufacturer: /^(SafeNet|Thales|Gemalto|Chrysalis)/i, assurance: 'hardware' },
  { manufacturer: /^(nCipher|Entrust)/i, assurance: 'hardware' },
  { manufacturer: /^Utimaco/i, assurance: 'hardware' },
  { manufacturer: /^(AWS|Amazon|Cavium|Marvell)/i, assurance: 'hardware' },
  { manufacturer: /^Futurex/i, assurance: 'hardware' },
  { manufacturer: /^Yubico/i, assurance: 'hardware' },
];

/** Decided by allow-list only; whatever is not on it is unknown. */
export function assuranceOf(manufacturer: string, model: string): Assurance {
  const maker = makers.find(
    (m) => m.manufacturer.test(manufacturer) && (m.model?.test(model) ?? true),
  );
  return maker?.assurance ?? 'unknown-module';
}
