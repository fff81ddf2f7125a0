import {
  isCurveSpec,
  isRsaSpec,
  readPrivateKey,
} from '../../../electron/practice/kms/material/private-key.ts';
import type { Effect } from '../../../electron/practice/kms/state/journal.ts';
import type { KeySpec } from '../../../shared/model/key-specs.ts';
import { sha256 } from '../material.ts';
import type { PracticeKey } from '../practice.ts';
import type { Outcome } from '../trial.ts';
import { alias, type Expected } from '../variants.ts';

type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** What the deed did to AWS, from the moment it was asked for. */
function effects<K extends Effect['kind']>(outcome: Outcome, kind: K): EffectOf<K>[] {
  return outcome.journal
    .filter((entry) => Date.parse(entry.time) >= outcome.armedAt)
    .flatMap((entry) => entry.effects)
    .filter((effect): effect is EffectOf<K> => effect.kind === kind);
}

/**
 * I10, and nothing twice: the deed had exactly the effects it is for. The same material may be
 * imported once more for each lost answer: AWS taking it again is the proof that it is ours.
 */
export function nothingTwice(outcome: Outcome): string[] {
  const { expected } = outcome.plan.variant;
  const states = effects(outcome, 'key-state');
  const imports = effects(outcome, 'material-imported');
  const counted: Record<keyof Omit<Expected, 'states' | 'holder'>, number> = {
    created: effects(outcome, 'key-created').length,
    imported: new Set(imports.map((effect) => `${effect.keyId} ${effect.materialId}`)).size,
    deleted: effects(outcome, 'material-deleted').length,
    aliasMoves: effects(outcome, 'alias').length,
    policies: effects(outcome, 'policy-put').length,
    rotated: effects(outcome, 'material-rotated').length,
    disabled: states.filter((effect) => effect.to === 'Disabled').length,
    enabled: states.filter(({ from, to }) => from === 'Disabled' && to === 'Enabled').length,
    discarded: states.filter((effect) => effect.to === 'PendingDeletion').length,
  };
  const repeated = imports.length - counted.imported;
  const tooOften = repeated > outcome.deaths.length;
  return [
    ...(tooOften ? [`I10: imported ${repeated} times more than lost answers explain`] : []),
    ...(Object.keys(counted) as (keyof typeof counted)[]).flatMap((what) =>
      counted[what] === expected[what]
        ? []
        : [`I10: ${what} ${counted[what]} times, expected ${expected[what]}`],
    ),
  ];
}

const idOf = (key: PracticeKey): string => key.metadata.KeyId;

/** I3: one KMS key for each of ours, none besides, and the alias where it belongs. */
export function keysMatch(outcome: Outcome): string[] {
  const { store, state, plan, report } = outcome;
  const { expected } = plan.variant;
  const problems: string[] = [];
  const ours = store.keys.toSorted((a, b) => a.key.version - b.key.version);
  if (ours.length !== expected.states.length) {
    problems.push(`I3: ${ours.length} versions, expected ${expected.states.length}`);
  }
  ours.forEach(({ key, remote }, i) => {
    if (key.version !== i + 1) problems.push(`I3: version ${key.version} stands at place ${i + 1}`);
    const there = state.keys.filter((each) => idOf(each) === remote?.kmsKeyId);
    if (there.length !== 1)
      problems.push(`I3: version ${key.version} has ${there.length} KMS keys`);
    const real = there[0]?.metadata.KeyState;
    if (real !== expected.states[i]) {
      problems.push(`I3: version ${key.version} is ${real} in AWS, expected ${expected.states[i]}`);
    }
    if (remote?.state !== real) {
      problems.push(`I3: version ${key.version} is told to be ${remote?.state}, and is ${real}`);
    }
    const former = expected.holder === null ? 'pre-activation' : 'deactivated';
    const inUse = real === 'Disabled' ? 'suspended' : 'active';
    const lifecycle = key.version === expected.holder ? inUse : former;
    if (key.lifecycle !== lifecycle) {
      problems.push(`I3: version ${key.version} is ${key.lifecycle}, expected ${lifecycle}`);
    }
    const holds = key.version === expected.holder ? alias : null;
    if ((remote?.alias ?? null) !== holds) {
      problems.push(`I3: version ${key.version} is told to hold ${remote?.alias ?? 'no alias'}`);
    }
  });
  const known = new Set(ours.map(({ remote }) => remote?.kmsKeyId));
  const extra = state.keys.filter((key) => !known.has(idOf(key)));
  if (extra.length > 0) problems.push(`I3: ${extra.length} KMS keys that no version of ours names`);
  const holder = ours.find(({ key }) => key.version === expected.holder)?.remote?.kmsKeyId;
  const held = state.aliases.map((each) => `${each.name} -> ${each.target ?? 'nothing'}`);
  if (held.join() !== (holder === undefined ? '' : `${alias} -> ${holder}`)) {
    problems.push(
      `I3: the aliases are ${held.join(', ') || 'none'}, expected ${alias} -> ${holder}`,
    );
  }
  const [group] = report.groups;
  if (group?.activeKeyId !== (holder ?? null)) {
    problems.push(`I3: the group's Active Key ID is ${group?.activeKeyId}, expected ${holder}`);
  }
  return problems;
}

/** A private key is kept by the practice AWS in one exact spelling, however it was sent. */
export const asAwsHasIt = (spec: KeySpec, clear: Buffer): Buffer =>
  isRsaSpec(spec) || isCurveSpec(spec) ? (readPrivateKey(spec, clear) ?? clear) : clear;

/** I4: what AWS holds is, byte for byte, what our copy opens to. */
export function materialEqual({ store, state, materials }: Outcome): string[] {
  return store.keys.flatMap(({ key, remote }) => {
    const clear = materials.get(key.id);
    if (!clear) return [`I4: the copy of version ${key.version} was not read`];
    const there = state.keys.find((each) => idOf(each) === remote?.kmsKeyId);
    const held = (there?.materials ?? []).filter((each) => each.sha256 !== null);
    const needsSome = ['Enabled', 'Disabled'].includes(there?.metadata.KeyState ?? '');
    if (held.length === 0 && needsSome) return [`I4: no material in version ${key.version}`];
    const own = held.find((each) => each.sha256 === sha256(asAwsHasIt(key.spec, clear)));
    const inKey = store.keys.filter((each) => each.remote?.kmsKeyId === remote?.kmsKeyId);
    const kept = new Set(
      inKey.map((each) => {
        const copy = materials.get(each.key.id);
        return copy ? sha256(asAwsHasIt(each.key.spec, copy)) : null;
      }),
    );
    const differs = held.some((each) => !kept.has(each.sha256));
    if (differs || (own === undefined && needsSome))
      return [`I4: AWS holds another key than ours as version ${key.version}`];
    // AWS names the materials of symmetric keys only
    const named = key.spec === 'SYMMETRIC_DEFAULT';
    const told = named ? own?.materialId : held.length > 0 ? null : undefined;
    if (!named && told === null && remote?.taken !== true)
      return [`I4: version ${key.version} is not told to have the material that AWS has`];
    return told !== undefined && remote?.materialId !== told
      ? [`I4: version ${key.version} is told to have material ${remote?.materialId}, it is ${told}`]
      : [];
  });
}

/** I5: material was sent only under wrapping keys that were pinned when they were asked for. */
export function pinnedKeysOnly(outcome: Outcome): string[] {
  const pinned = new Set(
    outcome.store.steps
      .filter((row) => row.name === 'parameters' && row.output !== null)
      .map(
        (row) => (JSON.parse(row.output ?? 'null') as { fingerprint?: string } | null)?.fingerprint,
      ),
  );
  return outcome.journal
    .flatMap((entry) => entry.effects)
    .flatMap((effect) =>
      effect.kind === 'material-imported' && !pinned.has(effect.wrappingKeyFingerprint)
        ? [`I5: imported under a wrapping key that no job had pinned`]
        : [],
    );
}
