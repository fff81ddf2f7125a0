import type { GrantRecord } from '../model/records.ts';
import type { Decision, ResourceQuestion, IdentityQuestion } from './decide.ts';
import { applicationOf, type Miss, type PolicyQuestion } from './evaluate.ts';
import type { FailedCondition } from './conditions.ts';
import { type GrantUse, grantMiss } from './grant-access.ts';
import type { PolicyDocument, PolicyStatement } from './statements.ts';

/** What one statement said about the call. */
export interface StatementFinding {
  /** Counted from 1, as people do. */
  readonly statement: number;
  readonly sid: string | null;
  readonly effect: 'Allow' | 'Deny';
  readonly applies: boolean;
  readonly why: string;
}

export interface PolicyFinding {
  readonly policy: string;
  readonly statements: readonly StatementFinding[];
}

/** One thing that has to be there for the call to go through. */
export interface Remedy {
  /** Where it goes. */
  readonly where: string;
  readonly what: string;
  /** The statement to add; null where one has to go or to change. */
  readonly add: object | null;
}

/** Which policies and grants were looked at, what each said, and what would let the call through. */
export interface Explanation {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly summary: string;
  readonly policies: readonly PolicyFinding[];
  readonly grants: readonly { readonly grantId: string; readonly why: string }[];
  readonly wouldAllow: readonly Remedy[];
}

function conditionText({ operator, key, wanted, found }: FailedCondition): string {
  const has = found.length === 0 ? 'the request has none' : `the request has ${found.join(', ')}`;
  return `${operator} ${key} wants ${wanted.join(' or ')}; ${has}`;
}

const parts = {
  principal: 'it does not mean this principal',
  action: 'it is about other actions',
  resource: 'it is about other resources',
  idle: 'it has no effect, because it names no action or no resource',
} as const;

const missText = (miss: Miss): string =>
  miss.part === 'condition' ? conditionText(miss.condition) : parts[miss.part];

function statementFinding(
  statement: PolicyStatement,
  index: number,
  question: PolicyQuestion,
): StatementFinding {
  const outcome = applicationOf(statement, question);
  const applies = typeof outcome === 'string';
  const why = !applies
    ? missText(outcome)
    : statement.Effect === 'Deny'
      ? 'it denies this'
      : outcome === 'account'
        ? "it leaves this to the IAM policies of the caller's account"
        : 'it allows this';
  return {
    statement: index + 1,
    sid: statement.Sid ?? null,
    effect: statement.Effect,
    applies,
    why,
  };
}

function policyFinding(
  policy: string,
  document: PolicyDocument,
  question: PolicyQuestion,
): PolicyFinding {
  const statements = document.Statement.map((each, index) =>
    statementFinding(each, index, question),
  );
  return { policy, statements };
}

const isResource = (question: IdentityQuestion): question is ResourceQuestion =>
  'policy' in question;

const resourcePolicy = 'key policy';
const sessionPolicy = 'session policy';
const allPermissions: PolicyFinding = { policy: 'every IAM permission', statements: [] };

function findingsOf(question: IdentityQuestion, label: string): PolicyFinding[] {
  const { caller } = question;
  const findings: PolicyFinding[] = [];
  if (isResource(question)) {
    const facts = question.resourceFacts ?? question.facts;
    findings.push(policyFinding(label, question.policy, { ...question, facts }));
  }
  if (caller.policies === null) findings.push(allPermissions);
  for (const { name, document } of caller.policies ?? []) {
    findings.push(policyFinding(`identity policy ${name}`, document, question));
  }
  if (caller.sessionPolicy !== null) {
    findings.push(policyFinding(sessionPolicy, caller.sessionPolicy, question));
  }
  return findings;
}

const called = ({ statement, sid }: StatementFinding): string =>
  sid === null ? `statement ${statement}` : `statement ${statement} (${sid})`;

/** Statements that deny the call: each has to go, whatever else allows it. */
function denials(findings: readonly PolicyFinding[]): Remedy[] {
  return findings.flatMap(({ policy, statements }) =>
    statements
      .filter(({ applies, effect }) => applies && effect === 'Deny')
      .map((each) => ({
        where: policy,
        what: `Remove or narrow ${called(each)}: a Deny wins over everything that allows.`,
        add: null,
      })),
  );
}

const condition = / wants .*; the request has /s;

/** Statements that would allow the call if one of their conditions held. */
function nearMisses(findings: readonly PolicyFinding[]): Remedy[] {
  return findings.flatMap(({ policy, statements }) =>
    statements
      .filter(({ effect, applies, why }) => effect === 'Allow' && !applies && condition.test(why))
      .map((each) => ({
        where: policy,
        what: `Meet the condition of ${called(each)}: ${each.why}.`,
        add: null,
      })),
  );
}

function additions(question: IdentityQuestion, decision: Decision, label: string): Remedy[] {
  if (decision.allowed || decision.explicit) return [];
  const { caller, action, resource } = question;
  const own: Remedy = {
    where: `an identity policy of ${caller.principal}`,
    what: `Allow ${action} there.`,
    add: { Effect: 'Allow', Action: action, Resource: resource },
  };
  if (decision.by === 'identity') return [own];
  if (decision.by === 'session') {
    return [{ ...own, where: 'the policy that was given to AssumeRole, or none' }];
  }
  const named: Remedy = {
    where: `the ${label} of ${resource}`,
    what: `Allow ${action} there.`,
    add: {
      Effect: 'Allow',
      Principal: { AWS: caller.principal },
      Action: action,
      ...(label === resourcePolicy ? { Resource: '*' } : {}),
    },
  };
  const foreign = isResource(question) && question.owner !== caller.account;
  return foreign && caller.policies !== null ? [named, own] : [named];
}

const grantMisses = {
  operation: 'it does not have the operation',
  source: 'it is for requests on behalf of an AWS resource',
  constraint: 'the encryption context does not fit its constraint',
  child: 'the new grant would allow more than it does',
} as const;

function summaryOf(question: IdentityQuestion, decision: Decision): string {
  const who = `${question.caller.arn} ${decision.allowed ? 'may' : 'may not'} ${question.action} on ${question.resource}`;
  if (decision.allowed) {
    return decision.grant === null ? `${who}.` : `${who}, by grant ${decision.grant.grantId}.`;
  }
  const kind = decision.by === 'resource' ? 'policy of the resource' : `${decision.by} policy`;
  const one = decision.by === 'identity' ? 'an' : 'a';
  return decision.explicit ? `${who}: ${one} ${kind} denies it.` : `${who}: no ${kind} allows it.`;
}

/** `use` is there for calls on a key that grants can allow; `label` names the resource's policy. */
export function explain(
  question: IdentityQuestion,
  decision: Decision,
  grants: readonly GrantRecord[] = [],
  use: GrantUse | null = null,
  label: string = resourcePolicy,
): Explanation {
  const policies = findingsOf(question, label);
  const remedies = [
    ...denials(policies),
    ...nearMisses(policies),
    ...additions(question, decision, label),
  ];
  return {
    principal: question.caller.arn,
    action: question.action,
    resource: question.resource,
    allowed: decision.allowed,
    summary: summaryOf(question, decision),
    policies,
    grants: grants.map((grant) => {
      const miss = use === null ? 'operation' : grantMiss(grant, use);
      return { grantId: grant.grantId, why: miss === null ? 'it allows this' : grantMisses[miss] };
    }),
    wouldAllow: decision.allowed ? [] : remedies,
  };
}
