import type { KeySpec, Origin } from '../model/key-specs.ts';
import type { KeyStoreRecord } from '../model/key-stores.ts';
import { KmsFailure, unsupported, validation } from '../wire/failures.ts';
import type { Call } from '../world.ts';
import { createKeyFailure, translated } from '../xks/failures.ts';
import type { ExternalKeyFacts } from '../xks/proxy.ts';
import { causeOf, findStore, requireConnection, stepFor, targetOf } from './key-store-access.ts';

/** What CreateKey says of the store and the external key. */
export interface StoreWish {
  readonly CustomKeyStoreId?: string;
  readonly XksKeyId?: string;
  readonly MultiRegion?: boolean;
}

/** The store that a new key goes to, and its external key there. */
export interface StorePlace {
  readonly storeId: string | null;
  readonly xksKeyId: string | null;
}

/**
 * @throws ValidationException and UnsupportedOperationException for members that do not go with the
 * origin, CustomKeyStoreNotFoundException, CustomKeyStoreInvalidStateException and
 * XksKeyAlreadyInUseException.
 */
export function chooseStore(
  call: Call,
  request: StoreWish,
  origin: Origin,
  spec: KeySpec,
): StorePlace {
  const { CustomKeyStoreId: storeId, XksKeyId: xksKeyId } = request;
  if (origin !== 'AWS_CLOUDHSM' && origin !== 'EXTERNAL_KEY_STORE') {
    if (storeId === undefined && xksKeyId === undefined) return { storeId: null, xksKeyId: null };
    throw validation(`CustomKeyStoreId and XksKeyId cannot be used when the Origin is ${origin}.`);
  }
  if (storeId === undefined) {
    throw validation(`You must specify a CustomKeyStoreId when the Origin is ${origin}.`);
  }
  if (origin === 'EXTERNAL_KEY_STORE' && xksKeyId === undefined) {
    throw validation('You must specify an XksKeyId when the Origin is EXTERNAL_KEY_STORE.');
  }
  if (origin === 'AWS_CLOUDHSM' && xksKeyId !== undefined) {
    throw validation('XksKeyId cannot be used when the Origin is AWS_CLOUDHSM.');
  }
  if (spec !== 'SYMMETRIC_DEFAULT') {
    throw unsupported(`KeySpec ${spec} is not supported for Origin ${origin}.`);
  }
  if (request.MultiRegion === true) {
    throw unsupported(`Multi-Region keys are not supported for Origin ${origin}.`);
  }
  const store = findStore(call, storeId);
  if (xksKeyId === undefined) {
    throw unsupported(`${storeId} is of type EXTERNAL_KEY_STORE and takes no key of this Origin.`);
  }
  requireConnection(store, ['CONNECTED']);
  const owner = call.world.state.keys.findExternal(store, xksKeyId);
  if (owner !== undefined) {
    throw new KmsFailure(
      'XksKeyAlreadyInUseException',
      `The external key ${xksKeyId} belongs to the KMS key ${owner.keyId} of this custom key store already.`,
    );
  }
  return { storeId, xksKeyId };
}

const unusable = (what: string, found: string): KmsFailure =>
  new KmsFailure(
    'XksKeyInvalidConfigurationException',
    `${what}; that of the external key ${found}.`,
  );

function requireUsable({ keySpec, keyUsage, keyStatus }: ExternalKeyFacts): void {
  if (keySpec !== 'AES_256') throw unusable('The key spec must be AES_256', `is ${keySpec}`);
  if (keyStatus !== 'ENABLED') throw unusable('The status must be ENABLED', `is ${keyStatus}`);
  if (!['ENCRYPT', 'DECRYPT'].every((usage) => keyUsage.includes(usage))) {
    const found = keyUsage.length === 0 ? 'is empty' : `is ${keyUsage.join(', ')}`;
    throw unusable('The key usage must include ENCRYPT and DECRYPT', found);
  }
}

/** Asks the proxy what the external key is, and refuses all but a usable AES-256 key. */
export function requireExternalKey(call: Call, { storeId, xksKeyId }: StorePlace): void {
  if (storeId === null || xksKeyId === null) return;
  const store: KeyStoreRecord = findStore(call, storeId);
  const facts = call.steps.ask(`metadata of ${xksKeyId} at ${stepFor(store)}`, () =>
    translated(
      call.world.proxies.describeKey(targetOf(call.region, store), xksKeyId, {
        ...causeOf(call),
        awsPrincipalArn: call.caller.arn,
      }),
      createKeyFailure,
    ),
  );
  requireUsable(facts);
}
