import type { Wording } from '../wording.ts';

/** Wording for what needs a second person. */
export const approvalWording = {
  APPROVAL_NEEDED: {
    headline: 'A second person has to approve this first.',
    forYourKeys: (d) =>
      `Nothing was done. It waits as request ${d.text('request', 'for approval')}.`,
    next: (d) =>
      `Let an approver approve it${d.when('request', (n) => `: in Administration > Approvals, or with “keyreeve approval give ${n}”`)}. Then do the same again.`,
  },
  APPROVAL_OVER: {
    headline: (d) => `Request ${d.text('request', 'for approval')} waits for nobody any more.`,
    forYourKeys: 'Nothing was changed.',
    next: 'Look at what became of it. Where the deed is still wanted, ask for it again.',
  },
  APPROVER_REFUSED: {
    headline: (d) => `That is not the passphrase of ${d.quoted('approver', 'this approver')}.`,
    forYourKeys: 'Nothing was approved and nothing was done. The attempt stands in the audit log.',
    next: 'Try again: this is the passphrase of an approver, not the one that opens the keystore.',
  },
  APPROVER_NEEDED: {
    headline: 'While a second person is needed, somebody must be left to approve.',
    forYourKeys: 'Nothing was changed.',
    next: 'Add an approver first; two are better, should one forget their passphrase.',
  },
} satisfies Record<string, Wording>;
