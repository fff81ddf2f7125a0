import type { OutputFor } from '../../../shared/contract/index.ts';
import { assuranceTexts, storageTexts } from '../../../shared/text/states.ts';

type KeyView = OutputFor<'key.list'>['keys'][number];

export const lifecycleWords: Readonly<Record<KeyView['lifecycle'], string>> = {
  'pre-activation': 'Made',
  active: 'Active',
  suspended: 'Suspended',
  deactivated: 'Deactivated',
  compromised: 'Compromised',
  destroyed: 'Destroyed',
};

/** How sure one can be that the clear key never left where it was made. */
export const sayAssurance = (key: Pick<KeyView, 'storage' | 'assurance'>): string =>
  `${storageTexts[key.storage]} · ${assuranceTexts[key.assurance]}`;
