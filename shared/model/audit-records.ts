/** What stands in the audit log without being an operation somebody calls: jobs, the door, and what comes due. */
export const ownActions = [
  'job.enqueued',
  'job.intent',
  'job.outcome',
  'job.state',
  'job.cancel-asked',
  'job.continued',
  'job.retried',
  'session.begin',
  'session.takeover',
  'session.end',
  'xks.audit-link',
  'keystore.accept-older',
  'group.transportKeyOver',
] as const;
export type OwnAction = (typeof ownActions)[number];

/** How a record says that nothing went wrong; any other outcome is the code of a failure. */
export const goodOutcomes = [
  'OK',
  'STARTED',
  'JOINED',
  'BEGUN',
  'PREPARED',
  'GIVEN UP',
  'DESTROYED',
] as const;
export type GoodOutcome = (typeof goodOutcomes)[number];
