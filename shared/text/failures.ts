import type { FailureCode } from '../errors/failures.ts';
import type { Failure } from '../errors/operation-error.ts';
import { approvalWording } from './failures/approval.ts';
import { awsWording } from './failures/aws.ts';
import { callWording } from './failures/call.ts';
import { groupWording } from './failures/group.ts';
import { hsmWording } from './failures/hsm.ts';
import { keystoreWording } from './failures/keystore.ts';
import { xksWording } from './failures/xks.ts';
import { asClause, DetailReader, type Line, printable, shorten, type Wording } from './wording.ts';

/** Operator wording of every failure there is. A code without wording does not compile. */
export const failureWording = {
  ...callWording,
  ...keystoreWording,
  ...hsmWording,
  ...groupWording,
  ...awsWording,
  ...xksWording,
  ...approvalWording,
} satisfies Record<FailureCode, Wording>;

export interface FailureText {
  readonly headline: string;
  readonly forYourKeys: string;
  readonly next: string;
  /** What another system said, verbatim but for control characters; empty when none did. */
  readonly detail: string;
}

/**
 * Puts a failure into words: what happened, what it means for keys, one deed, and the proof.
 * `openJob`: a job that is not over has met it, so there is something that goes on or is continued.
 */
export function renderFailure(
  failure: Failure,
  { openJob = false }: { readonly openJob?: boolean } = {},
): FailureText {
  const wording: Wording = failureWording[failure.code];
  const details = new DetailReader(failure, openJob);
  const say = (line: Line): string => (typeof line === 'string' ? line : line(details));
  return {
    headline: say(wording.headline),
    forYourKeys: say(wording.forYourKeys),
    next: say(wording.next),
    detail: externalDetail(failure),
  };
}

/** What happened, to follow a colon: our words, and what another system called it. */
export function failureClause(failure: Failure): string {
  const [sentence = ''] = renderFailure(failure).headline.split(/\.(?:\s|$)/);
  const { external } = failure;
  return external ? `${asClause(sentence)} (${printable(external.name)})` : asClause(sentence);
}

/** The same in brackets: what another system called it, else our words. */
export const failureName = (failure: Failure): string =>
  failure.external ? printable(failure.external.name) : failureClause(failure);

function externalDetail({ external }: Failure): string {
  if (!external) return '';
  const parts = [
    external.name,
    external.at,
    ...(external.requestId ? [`request ${external.requestId}`] : []),
    ...(external.message ? [shorten(external.message, 1000)] : []),
  ];
  return parts.map(printable).join(' · ');
}
