import { OperationError } from '../../../shared/errors/operation-error.ts';
import {
  type KeyKind,
  kindOf,
  nameOfSpec,
  specOf,
  unfitKind,
  wholeKind,
} from '../../../shared/model/key-kinds.ts';
import type { Group } from '../keystore/rows.ts';
import type { OpenKeystore } from './context.ts';
import type { TemplateProblem } from './group-template.ts';

type Asked = Pick<KeyKind, 'keyType'> & {
  readonly keyLength?: KeyKind['keyLength'] | undefined;
  readonly keyUsage?: KeyKind['keyUsage'] | undefined;
};
type Kind = Pick<Group, 'keySpec' | 'keyUsage'>;

/**
 * What kind of key was asked for, by AWS's names. Where length or usage do not fit the type, the
 * usual one of that type stands in their place, and what is wrong is said.
 */
export function askedKind({ keyType, keyLength, keyUsage }: Asked): {
  readonly kind: Kind;
  readonly problem: TemplateProblem | null;
} {
  const asked = wholeKind(keyType, keyLength, keyUsage);
  const unfit = unfitKind(asked);
  if (unfit === null) return { kind: specOf(asked), problem: null };
  const { field, problem } = unfit;
  const length = field === 'keyLength' ? undefined : keyLength;
  return {
    kind: specOf(wholeKind(keyType, length, undefined)),
    problem: { field, error: new OperationError('BAD_INPUT', { field, problem }) },
  };
}

/** @throws OperationError BAD_INPUT */
export function requireKind(asked: Asked): Kind {
  const { kind, problem } = askedKind(asked);
  if (problem) throw problem.error;
  return kind;
}

/** Why the attached HSM cannot have the keys of such a group; null: it can, or it was not tried. */
export function cannotCarry(
  { hsmTitle, hsmSpecs }: Pick<OpenKeystore, 'hsmTitle' | 'hsmSpecs'>,
  { storage, keySpec }: Pick<Group, 'storage' | 'keySpec'>,
): OperationError | null {
  if (storage !== 'hsm' || hsmSpecs === null || hsmSpecs.has(keySpec)) return null;
  const details = { vault: hsmTitle ?? 'the HSM', kind: nameOfSpec(keySpec) };
  return new OperationError('HSM_CANNOT_CARRY', details);
}

/** The same in the words of the contract. */
export const kindShown = ({ keySpec, keyUsage }: Kind): KeyKind => kindOf(keySpec, keyUsage);
