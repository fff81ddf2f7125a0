import type { State } from '../state/state.ts';
import { principalsSchema, type PrincipalsDocument, type WrittenPrincipals } from './document.ts';

const settingName = 'principals';

type Memory = Pick<State, 'readText' | 'writeText'>;

/** Principals that were put at the control port; undefined: none since the last reset. */
export function keptPrincipals(state: Memory): PrincipalsDocument | undefined {
  const text = state.readText(settingName) ?? '';
  if (text === '') return undefined;
  const written = JSON.parse(text) as WrittenPrincipals;
  const read = principalsSchema.safeParse(written);
  // A later version may read less: then the practice KMS begins without them.
  return read.success ? { written, read: read.data } : undefined;
}

/** They outlive a restart with the data file, as keys do. */
export const keepPrincipals = (state: Memory, written: WrittenPrincipals): void =>
  state.writeText(settingName, JSON.stringify(written));

export const forgetPrincipals = (state: Memory): void => state.writeText(settingName, '');
