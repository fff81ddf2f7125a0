import type { Authenticated } from '../auth/authenticate.ts';
import { parseCiphertext } from '../material/symmetric-cipher.ts';
import { isKeyId, parseKmsArn, type Place } from '../model/arn.ts';
import { familyOf } from '../model/key-specs.ts';
import type { KeyRecord } from '../model/records.ts';
import type { World } from '../world.ts';
import { cryptographic, ecc, lattice, pairs, rsa, symmetric } from './table.ts';

type Request = Readonly<Record<string, unknown>>;

/** A request that cannot be read is counted as one of an ordinary key. */
function readRequest(body: Buffer): Request {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Request) : {};
  } catch {
    return {};
  }
}

function findNamed(world: World, here: Place, text: string): KeyRecord | undefined {
  const arn = parseKmsArn(text);
  const place = arn ?? here;
  const name = arn?.name ?? text;
  const target = world.state.aliases.find(place, name)?.target ?? name;
  return isKeyId(target) ? world.state.keys.find(place, target) : undefined;
}

function findByCiphertext(world: World, here: Place, blob: unknown): KeyRecord | undefined {
  const parsed = typeof blob === 'string' && parseCiphertext(Buffer.from(blob, 'base64'));
  if (!parsed) return undefined;
  const { account, keyId } = parsed.origin;
  return world.state.keys.find({ account, region: here.region }, keyId);
}

/** The keys of a cryptographic request, as far as they are there. */
function keysOf(world: World, here: Place, operation: string, request: Request) {
  const named = (member: string) => {
    const text = request[member];
    return typeof text === 'string' ? findNamed(world, here, text) : undefined;
  };
  const opening = () => findByCiphertext(world, here, request['CiphertextBlob']);
  if (operation === 'ReEncrypt') {
    return [named('SourceKeyId') ?? opening(), named('DestinationKeyId')];
  }
  return [named('KeyId') ?? (operation === 'Decrypt' ? opening() : undefined)];
}

/** Null: the use is counted against the key's own store, when its proxy is asked. */
function quotaOfKey(key: KeyRecord | undefined): string | null {
  if (key === undefined) return symmetric;
  if (key.storeId !== null) return null;
  const family = familyOf(key.spec);
  if (family === 'rsa') return rsa;
  if (family === 'ecc' || key.spec === 'ECC_NIST_EDWARDS25519') return ecc;
  return key.spec.startsWith('ML_') ? lattice : symmetric;
}

const quotaOfPair = (spec: unknown): string =>
  typeof spec !== 'string' || /^ECC|^SM2/.test(spec)
    ? 'DataKeyPair ECC'
    : spec.startsWith('ML_')
      ? 'DataKeyPair ML'
      : `DataKeyPair ${spec}`;

function quotasOf(world: World, here: Place, operation: string, body: Buffer): string[] {
  if (pairs.has(operation)) return [quotaOfPair(readRequest(body)['KeyPairSpec'])];
  if (!cryptographic.has(operation)) return [operation];
  const quotas = keysOf(world, here, operation, readRequest(body)).map(quotaOfKey);
  return [...new Set(quotas.filter((quota) => quota !== null))];
}

/** Counts a call against the quotas that it falls under; false means throttled. */
export function admitCall(
  world: World,
  { caller, region }: Authenticated,
  operation: string,
  body: Buffer,
): boolean {
  if (!world.quotas.setting.enabled) return true;
  const here = { account: caller.account, region };
  return quotasOf(world, here, operation, body).every((quota) =>
    world.quotas.admit(here.account, region, quota),
  );
}
