import { type Approvals, createApprovals } from './approvals.ts';
import { type Approvers, createApprovers } from './approvers.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { createFinder, type Finder } from './finder.ts';
import { createFolders, type Folders } from './folders.ts';
import { createGroups, type Groups } from './groups.ts';
import { createKeyEndings, type KeyEndings } from './key-endings.ts';
import { createKeys, type Keys } from './keys.ts';
import { createOverview, type Overview } from './overview.ts';
import { createRenewals, type Renewals } from './renewals.ts';
import { createReferences, type References } from './references.ts';
import type { Domain } from './rows.ts';
import { createSettings, type Settings } from './settings.ts';
import { createTransportKeys, type TransportKeys } from './transport-keys.ts';
import { createXksModel, type XksModel } from './xks/xks-domain.ts';

/** Everything this keystore keeps about keys, by noun. */
export interface DomainModel {
  readonly folders: Folders;
  readonly groups: Groups;
  readonly keys: Keys;
  readonly credentials: Credentials;
  readonly references: References;
  readonly settings: Settings;
  readonly overview: Overview;
  readonly finder: Finder;
  readonly endings: KeyEndings;
  readonly renewals: Renewals;
  readonly transportKeys: TransportKeys;
  readonly xks: XksModel;
  readonly approvers: Approvers;
  readonly approvals: Approvals;
}

export function createDomain(domain: Domain): DomainModel {
  const folders = createFolders(domain);
  const transportKeys = createTransportKeys(domain);
  const groups = createGroups(domain, transportKeys);
  const keys = createKeys(domain);
  const credentials = createCredentials(domain);
  const settings = createSettings(domain.store);
  return {
    folders,
    groups,
    keys,
    credentials,
    references: createReferences(domain, { folders, groups, keys, credentials }),
    settings,
    overview: createOverview(domain.store.db),
    finder: createFinder(domain.store.db),
    endings: createKeyEndings(domain.store.db),
    renewals: createRenewals(domain),
    transportKeys,
    xks: createXksModel(domain),
    approvers: createApprovers(domain),
    approvals: createApprovals(domain, settings),
  };
}
