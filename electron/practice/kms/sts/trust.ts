import { decide, type ResourceQuestion } from '../policy/decide.ts';
import { explain } from '../policy/explain.ts';
import { lazyFacts } from '../policy/facts.ts';
import { callerFacts } from '../policy/standing-facts.ts';
import type { Authenticated } from '../auth/authenticate.ts';
import type { Role } from '../principals/directory.ts';
import { accessDenied, type KmsFailure, KmsFailure as Failure } from '../wire/failures.ts';
import type { World } from '../world.ts';

const action = 'sts:AssumeRole';

export const assumeDenied = (who: Authenticated, roleArn: string): KmsFailure =>
  accessDenied(who.caller.arn, action, ` on resource: ${roleArn}`);

export interface Taking {
  readonly world: World;
  readonly who: Authenticated;
  readonly role: Role;
  readonly requestId: string;
  readonly externalId: string | null;
  readonly sessionName: string;
  /** Whether the caller proved an MFA device in this very call. */
  readonly mfa: boolean;
}

function questionOf({ world, who, role, externalId, sessionName, mfa }: Taking): ResourceQuestion {
  const { caller, region } = who;
  return {
    caller,
    action: action,
    resource: role.arn,
    owner: role.account,
    policy: role.trust ?? { Statement: [] },
    facts: lazyFacts(
      () => callerFacts(caller, region, world.clock.now()),
      () => ({
        'sts:externalid': externalId === null ? [] : [externalId],
        'sts:rolesessionname': [sessionName],
        'aws:resourceaccount': [role.account],
        // A long-term key without a code says nothing about MFA at all.
        ...(mfa ? { 'aws:multifactorauthpresent': ['true'], 'aws:multifactorauthage': ['0'] } : {}),
      }),
    ),
  };
}

/** @throws AccessDenied unless the role's trust policy and the caller's own policies let it in. */
export function requireTrust(taking: Taking): void {
  const { world, who, role, requestId } = taking;
  if (role.trust === null || world.skipPolicyChecks) return;
  if (who.caller.kind === 'root') {
    throw new Failure('AccessDeniedException', 'Roles may not be assumed by root accounts.');
  }
  const question = questionOf(taking);
  const decision = decide(question);
  if (decision.allowed) return;
  const failure = assumeDenied(who, role.arn);
  world.denials.note({
    requestId,
    time: new Date(world.clock.now()).toISOString(),
    message: failure.text ?? '',
    ...explain(question, decision, [], null, 'trust policy'),
  });
  throw failure;
}
