import { createHash } from 'node:crypto';
import { counted } from '../../../../../shared/text/counted.ts';
import type { PolicyRead } from '../../../../../shared/contract/shapes.ts';
import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { CallContext, CloudConnection } from '../../../cloud/cloud.ts';
import { samePolicy } from '../../../cloud/policy/compare.ts';
import { describePolicy } from '../../../cloud/policy/describe.ts';
import { canStillManage, refusesAlias, wouldLockOut } from '../../../cloud/policy/evaluate.ts';
import { importPolicy, parsePolicy } from '../../../cloud/policy/import.ts';
import type { Credential } from '../../../keystore/rows.ts';
import type { ExternalStore } from '../../../keystore/xks/rows.ts';
import type { Proof } from '../../kind.ts';
import { proof } from '../reading.ts';
import type { DeedServices } from '../services.ts';

/** The key policy that a KMS key in an external key store is created with. */

type Credentials = Pick<DeedServices, 'credentials'>;
type Who = Pick<Credential, 'name' | 'principalArn'>;

/** Null while the store has no credential. */
const credentialOf = ({ credentials }: Credentials, { credentialId }: ExternalStore): Who | null =>
  credentialId === null ? null : credentials.get(credentialId);

/** Names a policy, so that another policy makes another plan and another audit record. */
export const policyHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a plan says of the policy: one line. */
export function policyLine(text: string | null): string {
  if (text === null)
    return "Key policy: AWS's default, as none was given: the account decides by its IAM policies";
  return `Key policy: the one given (${statementsIn(text)}SHA-256 ${policyHash(text).slice(0, 8)}…)`;
}

/** `3 statements, `; nothing for a text that is no policy, which a check of the plan says. */
function statementsIn(text: string): string {
  try {
    const { length } = parsePolicy(text).statements;
    return `${counted(length, 'statement')}, `;
  } catch (error) {
    if (error instanceof OperationError) return '';
    throw error;
  }
}

/**
 * Reads a policy as AWS would when the key is created with it.
 * @throws OperationError POLICY_INVALID: no policy, over 32 KB, or one that AWS refuses because the
 * credential could not change it any more; or that would stop the deed on its way
 */
export function requireKeyPolicy(
  services: Credentials,
  { store, text, alias }: { store: ExternalStore; text: string; alias: string | null },
): void {
  const { policy } = importPolicy(Buffer.from(text, 'utf8'));
  const who = credentialOf(services, store)?.principalArn ?? null;
  if (who === null) return;
  const unfit = (problem: string): OperationError =>
    new OperationError('POLICY_INVALID', { field: 'policy', problem });
  if (wouldLockOut(policy, who)) throw unfit(lockedOut(who));
  if (alias !== null && refusesAlias(policy, who))
    throw unfit(`it does not let ${who} name the key: kms:CreateAlias`);
}

const lockedOut = (who: string): string =>
  `${who} could not change it any more: AWS refuses such a policy`;

/** What the credential could not do with the KMS key afterwards, as actions; none: all is allowed. */
export function refusedTo(
  services: Credentials,
  store: ExternalStore,
  text: string | null,
): readonly string[] {
  const who = credentialOf(services, store)?.principalArn ?? null;
  if (text === null || who === null) return [];
  return canStillManage(parsePolicy(text), who).refused;
}

/** Without these the trial through AWS cannot be made. */
const trial: readonly string[] = ['kms:DescribeKey', 'kms:Encrypt', 'kms:Decrypt'];
export const refusesTrial = (refused: readonly string[]): boolean =>
  refused.some((action) => trial.includes(action));

/** The policy in words, for a form. @throws OperationError POLICY_INVALID */
export function readKeyPolicy(
  services: Credentials,
  store: ExternalStore,
  text: string,
): PolicyRead {
  const { policy, bytes, remarks } = importPolicy(Buffer.from(text, 'utf8'));
  const credential = credentialOf(services, store);
  const who = credential?.principalArn ?? null;
  const outlook = who === null ? null : canStillManage(policy, who);
  return {
    bytes,
    statements: policy.statements.length,
    reading: [...describePolicy(policy)],
    warnings: [
      ...remarks,
      ...(outlook === null || who === null
        ? [`${notTested(credential)}: whether this policy lets it manage the key is not known.`]
        : outlookWords(who, outlook, wouldLockOut(policy, who))),
    ],
    add: outlook?.add ? JSON.stringify(outlook.add, null, 2) : null,
  };
}

const notTested = (credential: Who | null): string =>
  credential === null
    ? 'The store has no credential for AWS yet'
    : `${credential.name} was not tested yet`;

function outlookWords(
  who: string,
  { refused, deniedBy }: ReturnType<typeof canStillManage>,
  locksOut: boolean,
): readonly string[] {
  return [
    ...(locksOut
      ? [`${who} could not change this policy any more: AWS refuses such a policy.`]
      : []),
    ...(refused.length > 0
      ? [`The policy does not let ${who} do this: ${refused.join(', ')}.`]
      : []),
    ...(deniedBy.length > 0 ? [`Statement ${deniedBy.join(', ')} forbids it.`] : []),
  ];
}

/**
 * Reads the policy back from AWS and compares it with the one given, ignoring spacing and order. Null
 * where none was given, or where it does not let the credential read it.
 * @throws OperationError READ_BACK_DIFFERS
 */
export async function provePolicy(
  services: Credentials,
  wish: { store: ExternalStore; connection: CloudConnection; text: string | null },
  kmsKeyId: string,
  context: CallContext,
): Promise<Proof | null> {
  const { store, connection, text } = wish;
  if (text === null || refusedTo(services, store, text).includes('kms:GetKeyPolicy')) return null;
  const { policy, requestId } = await connection.getPolicy(kmsKeyId, context);
  if (samePolicy(policy, text)) return proof('key policy reads back equal', requestId);
  throw new OperationError('READ_BACK_DIFFERS', {
    what: 'key policy',
    expected: 'the policy given',
    found: 'another policy',
    keyId: kmsKeyId,
  });
}
