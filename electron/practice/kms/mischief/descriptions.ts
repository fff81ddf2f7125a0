/** What each fault does, in the words that an operator reads. */
export const mischiefDescriptions: Readonly<Record<string, string>> = {
  'operations.latencyMs':
    'The call waits before anything happens, or until the mischief is replaced.',
  'operations.replyDelayMs': 'The call takes effect at once; its reply comes late.',
  'operations.slowBodyMs': 'The head of the reply comes at once, its body bit by bit.',
  'operations.dropBeforeEffect': 'The connection ends before anything happens.',
  'operations.resetBeforeEffect': 'The connection is reset before anything happens.',
  'operations.hangBeforeEffect':
    'Nothing happens and nobody answers; the connection stays open for ever.',
  'operations.throttle': 'The call is throttled, without effect.',
  'operations.http500': 'KMS answers an internal error, without effect.',
  'operations.http503': 'Something before KMS answers that it is unavailable, without effect.',
  'operations.expiredCredentials': 'KMS says that the credentials have expired, without effect.',
  'operations.deliverTwice':
    'The request reaches KMS twice and takes effect twice; the reply is that to the second.',
  'operations.loseResponseAfterEffect':
    'The call takes effect; the connection ends without a reply.',
  'operations.resetAfterEffect': 'The call takes effect; the connection is reset without a reply.',
  'operations.hangAfterEffect':
    'The call takes effect and nobody answers; the connection stays open for ever.',
  'operations.cutReply': 'The call takes effect; the connection ends in the middle of the reply.',
  swapWrappingKey:
    'GetParametersForImport answers a public key other than the one that will unwrap.',
  expireTokens: 'Every import token counts as older than 24 hours.',
  'eventualConsistency.aliasesSeconds': 'A change of an alias stays unseen for so long.',
  'eventualConsistency.keysSeconds': 'A new key stays unknown for so long.',
  'eventualConsistency.statesSeconds':
    'A key that is switched on or off shows, and keeps to, its former state for so long.',
  'eventualConsistency.tagsSeconds': 'A change of tags stays unseen for so long.',
  'eventualConsistency.policiesSeconds':
    'A change of a key policy stays unseen, and without effect, for so long.',
  'eventualConsistency.grantsSeconds':
    'A new grant stays without effect for so long, except for who holds its token.',
  clockSkewSeconds:
    'The Date header is that much ahead (or behind); signatures of that time are taken, too.',
  dateHeader: 'The Date header is missing, or no date.',
};
