import { accessDenied, type KmsFailure } from '../wire/failures.ts';
import type { Decision, PolicyKind } from './decide.ts';

/** How AWS speaks of what the call was for. */
export type Target =
  /** By its ARN, or `*`. */
  | 'named'
  /** A key that only its ciphertext names. */
  | 'ciphertext'
  /** Not at all: the action comes with another one and has no resource yet. */
  | 'unnamed';

export interface Denied {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly target: Target;
  /** The resource belongs to another account, or nobody knows whether it exists. */
  readonly foreign: boolean;
}

const policyKinds: Readonly<Record<PolicyKind, string>> = {
  resource: 'resource-based policy',
  identity: 'identity-based policy',
  session: 'session policy',
};

/** To a stranger AWS does not tell which of these it is. */
const notTold =
  'because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access';

function whyText(decision: Decision & { allowed: false }, denied: Denied): string {
  const kind = policyKinds[decision.by];
  if (decision.by === 'resource' && (denied.foreign || denied.target === 'ciphertext')) {
    return notTold;
  }
  if (!decision.explicit) return `because no ${kind} allows the ${denied.action} action`;
  return `with an explicit deny in ${decision.by === 'identity' ? 'an' : 'a'} ${kind}`;
}

function targetText({ target, resource, foreign }: Denied, untold: boolean): string {
  if (target === 'ciphertext') return ' on the resource associated with this ciphertext';
  if (target === 'unnamed') return '';
  return foreign && untold ? ' on this resource' : ` on resource: ${resource}`;
}

/** AccessDeniedException as AWS words it for this decision. */
export function deniedFailure(decision: Decision & { allowed: false }, denied: Denied): KmsFailure {
  const untold = decision.by === 'resource';
  return accessDenied(
    denied.principal,
    denied.action,
    targetText(denied, untold),
    whyText(decision, denied),
  );
}
