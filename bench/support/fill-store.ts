import { randomBytes } from 'node:crypto';
import { uuidv7 } from '../../electron/core/kernel/uuid.ts';
import { createDomain, type DomainModel } from '../../electron/core/keystore/domain.ts';
import {
  groupFields,
  remoteFields,
  testBlob,
} from '../../electron/core/keystore/keystore.fixture.ts';
import type { Clock, RandomBytes } from '../../electron/core/ports.ts';
import type { Store } from '../../electron/core/store/store.ts';

interface Ports {
  readonly clock: Clock;
  readonly random: RandomBytes;
}

const keysPerGroup = 10;
/** Keys in one transaction: what does not fit into SQLite's cache is written and read again. */
const atOnce = 10_000;

/**
 * Fills a store with keys as rotations leave them: each with its sealed copy, the last reading of
 * its KMS key and three lines of history; ten versions in a group, the newest holds the alias.
 */
export function fillStore(store: Store, ports: Ports, keys: number): void {
  const domain = createDomain({ ...ports, store });
  const credentialId = domain.credentials.add(
    {
      name: 'aws',
      kind: 'keys',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      endpoint: null,
      profile: null,
      sourceId: null,
      roleArn: null,
      externalId: null,
      mfaSerial: null,
      expiresAt: null,
    },
    {},
  ).id;
  for (let from = 0; from < keys; from += atOnce) {
    store.change(() => {
      for (let at = from; at < Math.min(keys, from + atOnce); at += keysPerGroup) {
        addGroup(domain, ports, credentialId, at / keysPerGroup);
      }
    });
  }
}

function addGroup(domain: DomainModel, ports: Ports, credentialId: string, n: number): void {
  const name = `payments-${n}-prod`;
  const group = domain.groups.add(groupFields(credentialId, { name, alias: name }));
  for (let version = 1; version <= keysPerGroup; version++) {
    const now = ports.clock.now();
    const blob = testBlob();
    const id = uuidv7(ports);
    domain.keys.add(
      {
        id,
        groupId: group.id,
        version,
        usage: 'ENCRYPT_DECRYPT',
        storage: 'hsm',
        assurance: 'software-module',
        tokenSerial: '7016234',
        mechanism: blob.mechanism,
        masterId: blob.masterId,
        madeAt: now,
        plannedEnd: now + 86_400_000,
        backedUpAt: now,
        provedAt: null,
        broughtIn: false,
        copiedFrom: null,
      },
      blob,
    );
    const alias = version === keysPerGroup ? `alias/${name}` : null;
    domain.keys.setRemote(remoteFields(id, { readAt: now, alias }));
    const jobId = randomBytes(16).toString('hex');
    for (const text of ['Made in SoftHSM', 'KMS key made', 'Holds the alias']) {
      domain.keys.addEvent(id, text, jobId);
    }
  }
}
