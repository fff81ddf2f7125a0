import type { Command } from 'commander';
import { descriptor } from './values.ts';

export { dataFolder, defaultKeystore, stateFolder } from '../../places.ts';

/** What every command takes, before or after its own words. */
export interface GlobalOptions {
  readonly keystore?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
  readonly slot?: string;
  readonly passphraseFd?: number;
  readonly passphraseFile?: string;
  readonly pinFd?: number;
  readonly pinFile?: string;
  readonly confirmLastTry?: boolean;
  readonly tokenModule?: string;
  readonly tokenSerial?: string;
  readonly tokenLabel?: string;
  readonly tokenParameters?: string;
  readonly acceptOlder?: boolean;
}

/** Global options that are followed by a value: needed to find the noun among the arguments. */
const withValue = new Set([
  '--keystore',
  '--slot',
  '--passphrase-fd',
  '--passphrase-file',
  '--pin-fd',
  '--pin-file',
  '--token-module',
  '--token-serial',
  '--token-label',
  '--token-parameters',
]);

export function addGlobalOptions(program: Command): Command {
  return program
    .option('--keystore <file>', 'keystore file (else $KEYREEVE_KEYSTORE, else the default place)')
    .option('--json', 'print the answer as one JSON object')
    .option('--verbose', 'show the log on standard error')
    .option('--no-color', 'no colour (also: NO_COLOR)')
    .option('--slot <label>', 'the way to open the keystore, when it has several')
    .option('--passphrase-fd <n>', 'read the passphrase from an open descriptor', descriptor)
    .option('--passphrase-file <file>', 'read the passphrase from a file')
    .option('--pin-fd <n>', 'read the PIN of the HSM from an open descriptor', descriptor)
    .option('--pin-file <file>', 'read the PIN of the HSM from a file')
    .option('--confirm-last-try', 'try the PIN although the token reports few tries left')
    .option('--token-module <file>', 'PKCS#11 module of the token that opens the keystore')
    .option('--token-serial <serial>', 'serial number of that token')
    .option('--token-label <label>', 'label of that token')
    .option('--token-parameters <text>', 'what that module wants to hear at start')
    .option('--accept-older', 'open a keystore that is older than the HSM remembers');
}

/** The noun: the first word that is neither an option nor the value of one. */
export function findNoun(argv: readonly string[]): { noun: string; at: number } | null {
  for (const { word, at } of wordsAmong(argv)) return { noun: word, at };
  return null;
}

/** The words that are neither options of every command nor the values of these. */
export function* wordsAmong(argv: readonly string[]): Generator<{ word: string; at: number }> {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (withValue.has(word)) at += 1;
    else if (!word.startsWith('-')) yield { word, at };
  }
}
