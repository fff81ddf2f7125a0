import { type RefObject, useRef, useState } from 'react';
import type { ApprovalRequest } from '../../../shared/contract/approval.ts';
import { useBlocked } from '../../state/blocked.ts';
import { type Deed, type Read, useDeed, useRead } from '../../state/reads.ts';
import { useFocusAfterFailure } from '../../ui/focus-after.ts';
import type { SecretHandle } from '../../ui/secret-field.tsx';

/** A request that is about to be decided, and what was filled in for that. */
export interface Deciding {
  readonly request: Read<ApprovalRequest>;
  /** Of those who can approve it. */
  readonly names: readonly string[];
  /** Who is chosen, or the only one there is. */
  readonly by: string | null;
  readonly choose: (name: string) => void;
  readonly secret: RefObject<SecretHandle | null>;
  readonly onTyped: (length: number) => void;
  /** No passphrase was typed. */
  readonly missing: boolean;
  readonly give: Deed<'approval.give'>;
  readonly refuse: Deed<'approval.refuse'>;
  readonly busy: boolean;
  /** Why it cannot be approved just now; null when it can. */
  readonly whyNot: string | null;
  readonly approve: () => Promise<void>;
  readonly refuseIt: () => Promise<void>;
  /** Goes on with what somebody approved elsewhere. */
  readonly goOn: () => void;
}

/** Reads a request and who can approve it, and decides it by a passphrase or by refusing it. */
export function useDeciding({
  number,
  known = [],
  onApproved,
  onRefused,
}: {
  readonly number: number;
  readonly known?: readonly string[];
  readonly onApproved: (by: string) => void;
  readonly onRefused: () => void;
}): Deciding {
  const request = useRead('approval.show', { number });
  const list = useRead('approver.list', {});
  const give = useDeed('approval.give');
  const refuse = useDeed('approval.refuse');
  const [chosen, choose] = useState<string | null>(null);
  const [missing, setMissing] = useState(false);
  const secret = useRef<SecretHandle>(null);
  const names = list.data?.approvers.map(({ name }) => name) ?? known;
  const by = names.length === 1 ? (names[0] ?? null) : chosen;
  const whyNot = useWhyNot(request, names, by);
  useFocusAfterFailure(give, () => secret.current?.focus());
  const approve = async (): Promise<void> => {
    if (whyNot !== null || by === null) return;
    const passphrase = secret.current?.take();
    if (!passphrase) {
      setMissing(true);
      secret.current?.focus();
      return;
    }
    refuse.forget();
    if (await give.run({ number, approver: by, passphrase })) onApproved(by);
  };
  return {
    request,
    names,
    by,
    choose,
    secret,
    onTyped: (length) => {
      if (length > 0) setMissing(false);
    },
    missing,
    give,
    refuse,
    busy: give.busy || refuse.busy,
    whyNot,
    approve,
    refuseIt: async () => {
      give.forget();
      if (await refuse.run({ number })) onRefused();
    },
    goOn: () => {
      if (request.data?.state === 'approved') onApproved(request.data.decidedBy ?? '');
    },
  };
}

function useWhyNot(
  request: Read<ApprovalRequest>,
  names: readonly string[],
  by: string | null,
): string | null {
  const blocked = useBlocked();
  if (blocked !== null) return blocked;
  if (request.data === undefined) return 'What would be done is not read yet.';
  if (names.length === 0) return 'Nobody approves yet: see Administration > Approvals.';
  return by === null ? 'Say first who approves.' : null;
}
