import { quoted } from '../entry/shell-words.ts';

/**
 * What starts a proxy on this computer, as a shell takes it. `PIN-FILE` stands for what only its owner
 * knows, `chain.pem` and `key.pem` for files that are not here.
 */
export function serveCommand(of: {
  /** Path of the keystore. */
  readonly keystore: string;
  /** A certificate was imported, which is served where no other is named. */
  readonly imported: boolean;
  /** Where external keys are kept; null: there is no store yet. */
  readonly storage: 'hsm' | 'software' | null;
}): string {
  const files = of.imported ? '' : ' --certificate chain.pem --private-key key.pem';
  const pin = of.storage === 'hsm' ? ' --token-pin-file PIN-FILE' : '';
  return `keyreeve --keystore ${quoted(of.keystore)} xks serve${files}${pin}`;
}
