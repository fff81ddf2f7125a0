import { loopback } from '../constants.ts';
import type { KeyRecord } from '../model/records.ts';
import type { Caller } from '../principals/caller.ts';
import type { FactRecord } from './facts.ts';

const principalTypes = { root: 'Account', user: 'User', session: 'AssumedRole' } as const;

const values = (value: string | null): readonly string[] => (value === null ? [] : [value]);

function tagged(prefix: string, tags: readonly (readonly [string, string])[]): FactRecord {
  return Object.fromEntries(tags.map(([name, value]) => [prefix + name.toLowerCase(), [value]]));
}

/**
 * What policies can ask about any caller. Times follow the practice clock. Credentials that
 * AssumeRole gave out never say that MFA was used, whether or not it was.
 */
export function callerFacts(caller: Caller, region: string, now: number): FactRecord {
  const { issuedAt } = caller;
  return {
    'aws:principalaccount': [caller.account],
    'aws:principalarn': [caller.principal],
    'aws:principaltype': [principalTypes[caller.kind]],
    'aws:userid': [caller.userId],
    'aws:username': values(caller.userName),
    ...tagged('aws:principaltag/', Object.entries(caller.tags)),
    'aws:multifactorauthpresent': caller.kind === 'session' ? ['false'] : [],
    'aws:tokenissuetime': issuedAt === null ? [] : [new Date(issuedAt).toISOString()],
    'aws:requestedregion': [region],
    'aws:securetransport': ['true'],
    'aws:sourceip': [loopback],
    'aws:currenttime': [new Date(now).toISOString()],
    'aws:epochtime': [String(Math.floor(now / 1000))],
    'aws:viaawsservice': ['false'],
    'aws:principalisawsservice': ['false'],
  };
}

/** The properties of a key that policies can ask about. */
export type JudgedKey = Pick<
  KeyRecord,
  'arn' | 'account' | 'region' | 'spec' | 'usage' | 'origin' | 'multiRegion' | 'role' | 'tags'
>;

/** What policies can ask about any call on a key. */
export function keyFacts(caller: Caller, key: JudgedKey): FactRecord {
  return {
    'kms:calleraccount': [caller.account],
    'kms:keyspec': [key.spec],
    'kms:customermasterkeyspec': [key.spec],
    'kms:keyusage': [key.usage],
    'kms:customermasterkeyusage': [key.usage],
    'kms:keyorigin': [key.origin],
    'kms:multiregion': [String(key.multiRegion)],
    'kms:multiregionkeytype': values(key.role),
    'aws:resourceaccount': [key.account],
    ...tagged(
      'aws:resourcetag/',
      key.tags.map(({ TagKey, TagValue }) => [TagKey, TagValue] as const),
    ),
  };
}
