import { OperationError } from '../../../../../shared/errors/operation-error.ts';
import type { XksKey } from '../../../keystore/xks/rows.ts';
import type { Standing } from '../../kind.ts';
import type { DeedServices } from '../services.ts';
import { openStore, readStore } from './opening.ts';

/** Where things stand of a deed on a store, and on one of its keys: read from AWS where it answers. */
export async function storeStanding(
  services: DeedServices,
  storeId: string,
  keyId: string | null = null,
): Promise<Standing> {
  const now = services.clock.now();
  const { model } = services.xks;
  const key = keyId === null ? null : model.keys.byId(keyId);
  const problem = await readAgain(services, storeId);
  const store = model.stores.byId(storeId);
  const remote = store?.remote ?? null;
  const readAt = remote?.readAt ?? now;
  const unread = problem === null ? '' : `, and could not be read since (${problem})`;
  return {
    copies: { good: true, text: copies(services, key), readAt: now },
    aws:
      remote === null
        ? { good: problem === null ? true : null, text: 'AWS has no key store for it', readAt: now }
        : {
            good: problem !== null ? null : !['FAILED', 'GONE'].includes(remote.state),
            text: `${store?.name ?? 'the store'} (${remote.kmsStoreId}) reads ${remote.state}${unread}`,
            readAt,
          },
    applications: {
      good: remote === null ? true : remote.state === 'CONNECTED',
      text:
        remote?.state === 'CONNECTED'
          ? 'Calls to KMS keys of this store reach the proxy'
          : 'KMS keys of this store cannot be used while it is not connected',
      readAt,
    },
    data: { good: true, text: 'Data already encrypted is not touched', readAt: now },
  };
}

function copies({ xks }: DeedServices, key: XksKey | null): string {
  if (!key) return 'External keys of this keystore are untouched';
  const version = xks.model.keys.versions(key.id).at(-1);
  if (key.onlyInHsm) return `${key.name} exists in its HSM only`;
  return version?.backedUpAt === null || version === undefined
    ? `${key.name} is saved in the keystore`
    : `${key.name} is saved in the keystore and in the backup`;
}

/** Why AWS could not be read; null when it was, or when there is nothing to read. */
async function readAgain(services: DeedServices, storeId: string): Promise<string | null> {
  const store = services.xks.model.stores.byId(storeId);
  if (!store?.remote) return null;
  try {
    await readStore(services, await openStore(services, storeId, {}, 'glance'), {});
    return null;
  } catch (error) {
    if (error instanceof OperationError) return error.external?.name ?? error.code;
    throw error;
  }
}
