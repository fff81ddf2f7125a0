import { aliasArn, isKeyId, parseKmsArn, type Place } from '../model/arn.ts';
import { currentMaterial } from '../model/metadata.ts';
import type { KeyRecord } from '../model/records.ts';
import { seenTarget } from '../state/aliases.ts';
import type { Effect } from '../state/journal.ts';
import type { State } from '../state/state.ts';
import type { Call } from '../world.ts';
import { responseElements } from './response-elements.ts';
import type { Source, TrailEntry, TrailResource } from './trail.ts';

type Members = Readonly<Record<string, unknown>>;

/** What is known of a call when it ends. */
export interface Observed {
  readonly state: State;
  readonly operation: string;
  readonly caller: Call['caller'];
  readonly region: string;
  readonly now: number;
  readonly source: Source;
  readonly input: unknown;
  /** Undefined: it was refused. */
  readonly reply: Members | null | undefined;
  readonly effects: readonly Effect[];
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function find(state: State, place: Place, text: unknown, now: number): KeyRecord | undefined {
  if (typeof text !== 'string') return undefined;
  const arn = text.startsWith('arn:') ? parseKmsArn(text) : null;
  if (arn !== null && arn.region !== place.region) return undefined;
  const where = arn ?? place;
  const name = arn?.name ?? text;
  if (isKeyId(name)) return state.keys.find(where, name);
  const alias = name.startsWith('alias/') ? state.aliases.find(where, name) : undefined;
  const target = alias === undefined ? null : seenTarget(alias, now);
  return target === null ? undefined : state.keys.find(where, target);
}

/** Request and reply members that name keys; what the reply says of a ciphertext comes first. */
const keyMembers = ['SourceKeyId', 'KeyId', 'TargetKeyId', 'DestinationKeyId'] as const;

function keysOf(seen: Observed): readonly KeyRecord[] {
  const { state, caller, region, now, input, reply, effects } = seen;
  const place = { account: caller.account, region };
  const found: KeyRecord[] = [];
  const add = (text: unknown): void => {
    const key = text === undefined ? undefined : find(state, place, text, now);
    if (key !== undefined && !found.some(({ arn }) => arn === key.arn)) found.push(key);
  };
  add(reply?.['SourceKeyId']);
  if (isMembers(input)) for (const name of keyMembers) add(input[name]);
  add(reply?.['KeyId']);
  add((reply?.['KeyMetadata'] as { readonly KeyId: string } | undefined)?.KeyId);
  for (const effect of effects) if ('keyId' in effect) add(effect.keyId);
  for (const effect of effects) if (effect.kind === 'alias') add(effect.to ?? effect.from);
  return found;
}

function resourcesOf(seen: Observed, keys: readonly KeyRecord[]): TrailResource[] {
  const own = keys.map(({ arn, account }) => ({ arn, account }));
  const name = isMembers(seen.input) ? seen.input['AliasName'] : undefined;
  if (typeof name !== 'string') return own;
  const place = { account: seen.caller.account, region: seen.region };
  const alias = { arn: aliasArn(place, name), account: place.account };
  return seen.operation === 'CreateAlias' ? [...own, alias] : [alias, ...own];
}

const usesMaterial = /^(Encrypt|Decrypt|GenerateDataKey)/;

function materialOf(seen: Observed, [key]: readonly KeyRecord[]): Members {
  const { reply, operation, state } = seen;
  if (operation === 'ReEncrypt') {
    return {
      sourceKeyMaterialId: reply?.['SourceKeyMaterialId'],
      destinationKeyMaterialId: reply?.['DestinationKeyMaterialId'],
    };
  }
  if (!usesMaterial.test(operation) || key === undefined || reply === undefined) return {};
  const symmetric = key.spec === 'SYMMETRIC_DEFAULT';
  const current = symmetric ? currentMaterial(state.materials.of(key))?.materialId : undefined;
  return { keyMaterialId: reply?.['KeyMaterialId'] ?? current };
}

function storeOf(seen: Observed, [key]: readonly KeyRecord[]): Members {
  if (key?.storeId != null) {
    return { customKeyStoreId: key.storeId, xksKeyId: key.xksKeyId ?? undefined };
  }
  const id = isMembers(seen.input) ? seen.input['CustomKeyStoreId'] : undefined;
  if (typeof id !== 'string') return {};
  const place = { account: seen.caller.account, region: seen.region };
  return { customKeyStoreName: seen.state.keyStores.find(place, id)?.name };
}

function grantOf({ operation, input, effects }: Observed): Members {
  if (operation !== 'RetireGrant' || (isMembers(input) && input['GrantId'] !== undefined)) {
    return {};
  }
  const effect = effects.find(({ kind }) => kind === 'grant');
  return effect?.kind === 'grant' ? { grantId: effect.grantId } : {};
}

function texts(...all: readonly Members[]): Record<string, string> {
  const told: Record<string, string> = {};
  for (const members of all) {
    for (const [name, value] of Object.entries(members)) {
      if (typeof value === 'string') told[name] = value;
    }
  }
  return told;
}

/** What the event history will say of a call, beside its request. */
export function observe(seen: Observed): TrailEntry {
  const keys = keysOf(seen);
  const { principal, userId } = seen.caller;
  const response =
    seen.reply === undefined ? null : responseElements(seen.operation, seen.reply, keys[0]?.arn);
  return {
    ...seen.source,
    who: { principal, userId },
    resources: resourcesOf(seen, keys),
    additional: texts(materialOf(seen, keys), storeOf(seen, keys), grantOf(seen)),
    response,
  };
}
