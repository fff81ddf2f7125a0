import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { Noun } from '../operations/context.ts';
import type { Store } from '../store/store.ts';
import type { ApprovalGuard } from './call-context.ts';

/** Holds deeds up for a second person, by the rule of this keystore. */
export const approvalGuard = (
  { approvals, approvers }: Pick<DomainModel, 'approvals' | 'approvers'>,
  store: Store,
  changed: (what: Noun, ...ids: string[]) => void,
): ApprovalGuard => ({
  needs: ({ approval }) => approvals.needs(approval),
  take: (wish) => {
    const taken = store.change(() => approvals.take(wish));
    if (taken !== null) changed('approval');
    return taken;
  },
  ask: (wish, { actor }) => {
    const request = store.change(() => approvals.ask(wish, actor));
    changed('approval');
    return new OperationError('APPROVAL_NEEDED', {
      request: request.number,
      about: request.title,
      approvers: approvers.list().map(({ name }) => name),
      endsAt: request.endsAt,
      ...(request.freeAt !== null && { freeAt: request.freeAt }),
    });
  },
});
