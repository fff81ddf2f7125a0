import type { Command } from 'commander';
import { descriptor } from '../../transport/argv/values.ts';
import type { SecretSource } from '../secret-sources.ts';

export interface NewPassphraseOptions {
  readonly newPassphraseFd?: number;
  readonly newPassphraseFile?: string;
}

/** The options of a command that sets a passphrase. */
export const newPassphrase = (command: Command): Command =>
  command
    .option(
      '--new-passphrase-fd <n>',
      'read the new passphrase from an open descriptor',
      descriptor,
    )
    .option('--new-passphrase-file <file>', 'read the new passphrase from a file');

/** Where it comes from; typed twice where somebody is asked. */
export const newPassphraseSource = (
  options: NewPassphraseOptions,
  prompt = 'New passphrase',
): SecretSource => ({
  option: 'new-passphrase',
  fd: options.newPassphraseFd,
  file: options.newPassphraseFile,
  prompt,
  twice: true,
});
