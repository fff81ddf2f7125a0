import { disabled, invalidState, type KmsFailure, unsupported } from '../wire/failures.ts';
import type { Origin } from './key-specs.ts';

/** The states a key can be in here. Creating, Updating and Unavailable come with their features. */
export const KEY_STATES = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/**
 * What a (state, operation) cell answers:
 * ok; dis DisabledException; pd, pi, npd KMSInvalidStateException with their texts.
 */
export type Cell = 'ok' | 'dis' | 'pd' | 'pi' | 'npd';

type Row = Readonly<Record<KeyState, Cell>>;

const row = (enabled: Cell, off: Cell, deleting: Cell, importing: Cell): Row => ({
  Enabled: enabled,
  Disabled: off,
  PendingDeletion: deleting,
  PendingImport: importing,
});

const USE = row('ok', 'dis', 'pd', 'pi');
const ANY = row('ok', 'ok', 'ok', 'ok');
const NOT_DELETING = row('ok', 'ok', 'pd', 'ok');
const SWITCH = row('ok', 'ok', 'pd', 'pi');

/** Facts 2.3, for the operations that exist here and touch one key. */
export const STATE_TABLE = {
  Encrypt: USE,
  Decrypt: USE,
  ReEncrypt: USE,
  GenerateDataKey: USE,
  GenerateDataKeyWithoutPlaintext: USE,
  GenerateDataKeyPair: USE,
  GenerateDataKeyPairWithoutPlaintext: USE,
  Sign: USE,
  Verify: USE,
  GenerateMac: USE,
  VerifyMac: USE,
  GetPublicKey: USE,
  DeriveSharedSecret: USE,
  Encapsulate: USE,
  Decapsulate: USE,
  CreateGrant: USE,
  DescribeKey: ANY,
  GetKeyPolicy: ANY,
  PutKeyPolicy: ANY,
  ListGrants: ANY,
  ListKeyPolicies: ANY,
  ListResourceTags: ANY,
  ListKeyRotations: ANY,
  GetKeyRotationStatus: ANY,
  RotateKeyOnDemand: USE,
  EnableKeyRotation: USE,
  DisableKeyRotation: USE,
  GetKeyLastUsage: ANY,
  RevokeGrant: ANY,
  ListAliases: ANY,
  DeleteAlias: ANY,
  CreateAlias: NOT_DELETING,
  UpdateAlias: NOT_DELETING,
  TagResource: NOT_DELETING,
  UntagResource: NOT_DELETING,
  UpdateKeyDescription: NOT_DELETING,
  EnableKey: SWITCH,
  DisableKey: SWITCH,
  ScheduleKeyDeletion: NOT_DELETING,
  CancelKeyDeletion: row('npd', 'npd', 'ok', 'npd'),
  GetParametersForImport: NOT_DELETING,
  ImportKeyMaterial: NOT_DELETING,
  DeleteImportedKeyMaterial: ANY,
} as const satisfies Record<string, Row>;

export type StatefulOperation = keyof typeof STATE_TABLE;

/** The operations that exist for imported keys only. */
export const EXTERNAL_ONLY: ReadonlySet<StatefulOperation> = new Set([
  'GetParametersForImport',
  'ImportKeyMaterial',
  'DeleteImportedKeyMaterial',
]);

const REFUSALS: Readonly<Record<Exclude<Cell, 'ok'>, (arn: string) => KmsFailure>> = {
  dis: disabled,
  pd: (arn) => invalidState(`${arn} is pending deletion.`),
  pi: (arn) => invalidState(`${arn} is pending import.`),
  npd: (arn) => invalidState(`${arn} is not pending deletion.`),
};

/** Raises what AWS answers when a key of this origin and state meets this operation. */
export function requireState(
  operation: StatefulOperation,
  key: { readonly arn: string; readonly origin: Origin; readonly state: KeyState },
): void {
  if (EXTERNAL_ONLY.has(operation) && key.origin !== 'EXTERNAL') {
    throw unsupported(`${key.arn} origin is ${key.origin} which is not valid for this operation.`);
  }
  const cell = STATE_TABLE[operation][key.state];
  if (cell !== 'ok') throw REFUSALS[cell](key.arn);
}
