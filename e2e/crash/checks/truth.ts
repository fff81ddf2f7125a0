import type { KeyWithRemote } from '../../../electron/core/keystore/rows.ts';
import type { JobReport } from '../orders.ts';
import type { PracticeKey, PracticeMaterial } from '../practice.ts';
import type { Stop } from '../trial.ts';
import { alias } from '../variants.ts';

/** What the lines are held against: what AWS and the keystore file really hold at that moment. */
export interface Truth extends Stop {
  readonly job: JobReport;
  readonly armedAt: number;
}

/** A sentence that a line may be, and when it is true. */
export interface Sentence {
  readonly pattern: RegExp;
  readonly holds: (truth: Truth, groups: Readonly<Record<string, string>>) => boolean;
}

export const version = ({ store }: Truth, n: string | undefined): KeyWithRemote | undefined =>
  store.keys.find(({ key }) => String(key.version) === n);

export const inAws = ({ state }: Truth, ours: KeyWithRemote | undefined): PracticeKey | undefined =>
  state.keys.find((key) => key.metadata.KeyId === ours?.remote?.kmsKeyId);

export const stateOf = (truth: Truth, n: string | undefined): string | undefined =>
  inAws(truth, version(truth, n))?.metadata.KeyState;

export const hasBytes = (key: PracticeKey | undefined): boolean =>
  (key?.materials ?? []).some((material) => material.sha256 !== null);

/** Whether AWS has this version's own material, in a KMS key that others may be in, too. */
export const materialOf = (
  truth: Truth,
  ours: KeyWithRemote | undefined,
): PracticeMaterial | undefined =>
  inAws(truth, ours)?.materials.find(
    (each) => each.materialId === ours?.remote?.materialId && each.sha256 !== null,
  );

/** KMS keys that this job made, by the mark in their description. */
export const marked = ({ state, job }: Truth): PracticeKey[] =>
  state.keys.filter((key) => key.metadata.Description.includes(`[kr-${job.number}-`));

/** Rows of the full backup and of what was appended since; each increment brings one key. */
export const backedUp = ({ backup, store }: Truth): boolean =>
  (backup.rows['key'] ?? 0) + backup.increments >= store.keys.length;

export const holderOf = ({ state }: Truth): string | null | undefined =>
  state.aliases.find((each) => each.name === alias)?.target;

/** What is wrong with a sentence; one that no pattern knows cannot be checked, and counts as wrong. */
export function judge<S extends Sentence>(
  text: string,
  sentences: readonly S[],
  truth: Truth,
): { readonly problems: readonly string[]; readonly sentence: S | null } {
  for (const sentence of sentences) {
    const found = sentence.pattern.exec(text);
    if (!found) continue;
    const holds = sentence.holds(truth, { ...found.groups });
    return { sentence, problems: holds ? [] : [`standing: not true: ${text}`] };
  }
  return { sentence: null, problems: [`standing: a sentence that nobody can check: ${text}`] };
}
