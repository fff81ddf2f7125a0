import type { Command } from 'commander';

/** A whole store or one external key. */
export interface TargetOptions {
  readonly store?: string;
  readonly key?: string;
}

/** A whole store or one external key, as the contract takes it. */
export const targetOf = ({ store, key }: TargetOptions) => ({
  store: store ?? null,
  key: key ?? null,
});

export const targetOptions = (command: Command): Command =>
  command
    .option('--store <store>', 'the whole store')
    .option('--key <key>', 'one external key: STORE/NAME, its id, or its KMS key');
