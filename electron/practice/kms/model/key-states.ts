import { disabled, invalidState, type KmsFailure, unsupported } from '../wire/failures.ts';
import type { Origin } from './key-specs.ts';

export const keyStates = [
  'Enabled',
  'Disabled',
  'PendingDeletion',
  'PendingReplicaDeletion',
  'PendingImport',
  'Unavailable',
  'Creating',
  'Updating',
] as const;
export type KeyState = (typeof keyStates)[number];

/**
 * What a (state, operation) cell answers: ok; dis DisabledException; ext an unsupported origin; all
 * others KMSInvalidStateException with their texts.
 */
export type Cell = 'ok' | 'dis' | 'ext' | 'pd' | 'prd' | 'pi' | 'npd' | 'un' | 'cr' | 'up';

type Row = Readonly<Record<KeyState, Cell>>;

/** In the order of AWS's table: enabled, disabled, leaving, waiting, unavailable, creating, updating. */
function row(cells: string): Row {
  const [on, off, leaving, waiting, unavailable, creating, updating] = cells.split(' ') as Cell[];
  const cell = (given: Cell | undefined): Cell => given ?? 'ok';
  return {
    Enabled: cell(on),
    Disabled: cell(off),
    PendingDeletion: cell(leaving),
    PendingReplicaDeletion: leaving === 'pd' ? 'prd' : cell(leaving),
    PendingImport: cell(waiting),
    Unavailable: cell(unavailable),
    Creating: cell(creating),
    Updating: cell(updating),
  };
}

const useRow = row('ok dis pd pi un cr ok');
const anyState = row('ok ok ok ok ok ok ok');
const notDeleting = row('ok ok pd ok ok ok ok');
const switchRow = row('ok ok pd pi ok cr up');
const rotating = row('ok dis pd pi un cr ok');

/** Facts 2.3, for the operations that touch one key. */
export const stateTable = {
  Encrypt: useRow,
  Decrypt: useRow,
  ReEncrypt: useRow,
  GenerateDataKey: useRow,
  GenerateDataKeyWithoutPlaintext: useRow,
  GenerateDataKeyPair: useRow,
  GenerateDataKeyPairWithoutPlaintext: useRow,
  Sign: useRow,
  Verify: useRow,
  GenerateMac: useRow,
  VerifyMac: useRow,
  GetPublicKey: useRow,
  DeriveSharedSecret: useRow,
  Encapsulate: useRow,
  Decapsulate: useRow,
  CreateGrant: row('ok dis pd pi ok cr ok'),
  DescribeKey: anyState,
  GetKeyPolicy: anyState,
  PutKeyPolicy: anyState,
  ListGrants: anyState,
  ListKeyPolicies: anyState,
  ListResourceTags: anyState,
  ListKeyRotations: anyState,
  GetKeyRotationStatus: anyState,
  RotateKeyOnDemand: rotating,
  EnableKeyRotation: rotating,
  DisableKeyRotation: rotating,
  GetKeyLastUsage: anyState,
  RevokeGrant: anyState,
  ListAliases: anyState,
  DeleteAlias: anyState,
  CreateAlias: notDeleting,
  UpdateAlias: notDeleting,
  TagResource: notDeleting,
  UntagResource: notDeleting,
  UpdateKeyDescription: notDeleting,
  EnableKey: switchRow,
  DisableKey: switchRow,
  ScheduleKeyDeletion: row('ok ok pd ok ok ok up'),
  CancelKeyDeletion: row('npd npd ok npd npd npd npd'),
  GetParametersForImport: row('ok ok pd ok ext cr up'),
  ImportKeyMaterial: row('ok ok pd ok ext cr ok'),
  DeleteImportedKeyMaterial: row('ok ok ok ok ok cr up'),
  ReplicateKey: row('ok dis pd pi un cr up'),
  UpdatePrimaryRegion: row('ok dis pd pi un cr ok'),
} as const satisfies Record<string, Row>;

export type StatefulOperation = keyof typeof stateTable;

/** The operations that exist for imported keys only. */
export const externalOnly: ReadonlySet<StatefulOperation> = new Set([
  'GetParametersForImport',
  'ImportKeyMaterial',
  'DeleteImportedKeyMaterial',
]);

interface KeyInState {
  readonly arn: string;
  readonly origin: Origin;
  readonly state: KeyState;
}

/** What is said of an operation that takes keys of another origin. */
export const foreignOrigin = ({ arn, origin }: Pick<KeyInState, 'arn' | 'origin'>): KmsFailure =>
  unsupported(`${arn} origin is ${origin} which is not valid for this operation.`);

const refusals: Readonly<Record<Exclude<Cell, 'ok'>, (key: KeyInState) => KmsFailure>> = {
  dis: ({ arn }) => disabled(arn),
  ext: foreignOrigin,
  pd: ({ arn }) => invalidState(`${arn} is pending deletion.`),
  prd: ({ arn }) => invalidState(`${arn} is pending replica deletion.`),
  pi: ({ arn }) => invalidState(`${arn} is pending import.`),
  npd: ({ arn }) => invalidState(`${arn} is not pending deletion.`),
  un: ({ arn }) => invalidState(`${arn} is unavailable.`),
  cr: ({ arn }) => invalidState(`${arn} is creating.`),
  up: ({ arn }) => invalidState(`${arn} is updating.`),
};

/** @throws what AWS answers when a key of this origin and state meets this operation. */
export function requireState(operation: StatefulOperation, key: KeyInState): void {
  if (externalOnly.has(operation) && key.origin !== 'EXTERNAL') throw foreignOrigin(key);
  const cell = stateTable[operation][key.state];
  if (cell !== 'ok') throw refusals[cell](key);
}
