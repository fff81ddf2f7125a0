import type { ApprovalRequest } from '../../../shared/contract/approval.ts';
import { requestState } from '../../../shared/text/approvals.ts';
import type { StateText } from '../../../shared/text/states.ts';

const looks: Readonly<Record<ApprovalRequest['state'], Omit<StateText, 'word'>>> = {
  open: { glyph: '!', tone: 'attention' },
  approved: { glyph: '✓', tone: 'good' },
  refused: { glyph: '–', tone: 'quiet' },
  used: { glyph: '✓', tone: 'good' },
  over: { glyph: '–', tone: 'quiet' },
};

/** How a request stands, with what repeats it to the eye. */
export const stateOf = (request: ApprovalRequest): StateText => ({
  ...looks[request.state],
  word: requestState(request),
});
