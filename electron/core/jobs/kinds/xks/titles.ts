import type { StoreDeed, XksKeyDeed } from '../../../../../shared/model/xks.ts';
import type { ExternalStore } from '../../../keystore/xks/rows.ts';

/** Names of jobs on external key stores and their keys. */

const storeTitles: Readonly<Record<StoreDeed, string>> = {
  create: 'Create external key store',
  connect: 'Connect external key store',
  disconnect: 'Disconnect external key store',
  update: 'Update external key store',
  'rotate-credential': 'Rotate proxy credential',
  delete: 'Delete external key store',
};
const keyTitles: Readonly<Record<XksKeyDeed, string>> = {
  create: 'Create KMS key for external key',
  enable: 'Enable KMS key of external key',
  disable: 'Disable KMS key of external key',
  'schedule-deletion': 'Schedule deletion of KMS key of external key',
  'cancel-deletion': 'Cancel deletion of KMS key of external key',
  release: 'Let go of KMS key of external key',
};

export const storeJobTitle = (deed: StoreDeed, store: ExternalStore): string =>
  `${storeTitles[deed]}: ${store.name}`;
export const xksKeyJobTitle = (deed: XksKeyDeed, store: ExternalStore, name: string): string =>
  `${keyTitles[deed]}: ${store.name}/${name}`;
