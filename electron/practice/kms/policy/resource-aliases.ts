import type { Place } from '../model/arn.ts';
import type { State } from '../state/state.ts';
import type { FactRecord } from './facts.ts';

/** As many as a key can have. */
const most = 50;

/** The aliases that point at a key, by name, as policies see them. */
export function resourceAliases(
  state: Pick<State, 'aliases'>,
  key: Place & { readonly arn: string },
  now: number,
): FactRecord {
  const keyId = key.arn.slice(key.arn.lastIndexOf('/') + 1);
  const aliases = state.aliases.page(key, '', most + 1, now, keyId);
  // With more than AWS allows the condition is never met.
  return { 'kms:resourcealiases': aliases.length > most ? [] : aliases.map(({ name }) => name) };
}
