import type { KeyKind } from '../model/key-kinds.ts';

/**
 * What keys of a kind do, and what stops when AWS cannot use one. Parts of sentences, in small
 * letters; `key` is how the sentence names the key: `version 3`, `it`.
 */
export interface KeyWorks {
  /** What an enabled key does: `decrypts`, and did: `decrypted`. */
  readonly works: string;
  readonly worked: string;
  /** What stops with it: `decrypting`. */
  readonly working: string;
  /** What whoever goes by the alias does from then on, and cannot do any more. */
  readonly freshUnder: (key: string) => string;
  readonly noneThrough: (alias: string) => string;
  /** A key that AWS cannot use; one that holds the alias is missed for new work too. */
  readonly noneUnder: (key: string) => string;
  readonly idleUnder: (key: string) => string;
  readonly stops: (key: string) => string;
  readonly lost: (key: string) => string;
  readonly lostThen: (key: string) => string;
  readonly lostLater: (key: string) => string;
  /** Once AWS can use it again. */
  readonly possible: (key: string) => string;
  readonly again: (key: string) => string;
  readonly againInAws: (key: string) => string;
  /** What nobody touches who touches the key. */
  readonly untouched: string;
  readonly unused: string;
  readonly partFails: string;
  readonly partFailed: string;
  /** What goes on, or cannot go on, outside of AWS while AWS cannot use the key. */
  readonly outside: readonly string[];
  /** AWS services encrypt with data keys under it, which they keep in memory. */
  readonly dataKeys: boolean;
}

/** The words for AES keys, which stand too where no key is known yet. */
export const aesWorks: KeyWorks = {
  works: 'decrypts',
  worked: 'decrypted',
  working: 'decrypting',
  freshUnder: (key) => `new data is encrypted under ${key}`,
  noneThrough: (alias) => `nothing can be encrypted through ${alias} any more`,
  noneUnder: (key) => `nothing under ${key} decrypts`,
  idleUnder: (key) => `nothing is encrypted or decrypted under ${key}`,
  stops: (key) => `everything under ${key} stops decrypting`,
  lost: (key) => `data encrypted under ${key} cannot be decrypted`,
  lostThen: (key) => `data under ${key} then cannot be decrypted`,
  lostLater: (key) => `data under ${key} cannot be decrypted then`,
  possible: (key) => `data under ${key} can be decrypted`,
  again: (key) => `everything under ${key} decrypts again`,
  againInAws: (key) => `everything under ${key} can be decrypted in AWS again`,
  untouched: 'Data already encrypted is not touched',
  unused: 'No data uses this group yet',
  partFails: 'Part of it does not decrypt',
  partFailed: 'Part of it did not decrypt',
  outside: [],
  dataKeys: true,
};

interface OtherWork {
  readonly works: string;
  readonly worked: string;
  readonly working: string;
  /** `sign and verify` */
  readonly able: string;
  /** `new signatures are made` */
  readonly fresh: string;
  /** `nothing is signed or verified`, `nothing can be signed or verified` */
  readonly none: string;
  readonly cannot: string;
  readonly untouched: string;
  readonly outside: readonly string[];
}

/** Keys that encrypt nothing: there is no data under them. */
const other = ({ able, fresh, none, cannot, ...words }: OtherWork): KeyWorks => ({
  ...words,
  freshUnder: (key) => `${fresh} with ${key}`,
  noneThrough: (alias) => `${cannot} through ${alias} any more`,
  noneUnder: (key) => `${none} with ${key}`,
  idleUnder: (key) => `${none} with ${key}`,
  stops: (key) => `${key} stops ${words.working}`,
  lost: (key) => `${cannot} with ${key}`,
  lostThen: (key) => `${cannot} with ${key} then`,
  lostLater: (key) => `${cannot} with ${key} then`,
  possible: (key) => `${key} can ${able}`,
  again: (key) => `${key} ${words.works} again`,
  againInAws: (key) => `${key} ${words.works} in AWS again`,
  unused: 'Nothing was made with this group yet',
  partFails: 'Part of it does not work',
  partFailed: 'Part of it did not work',
  dataKeys: false,
});

const works: Readonly<Record<KeyKind['keyUsage'], KeyWorks>> = {
  'encrypt-decrypt': aesWorks,
  'sign-verify': other({
    works: 'signs and verifies',
    worked: 'signed and verified',
    working: 'signing and verifying',
    able: 'sign and verify',
    fresh: 'new signatures are made',
    none: 'nothing is signed or verified',
    cannot: 'nothing can be signed or verified',
    untouched: 'Signatures already made are not touched',
    outside: ['Signatures already made can still be verified outside AWS, with the public key'],
  }),
  'generate-verify-mac': other({
    works: 'makes and verifies MACs',
    worked: 'made and verified MACs',
    working: 'making and verifying MACs',
    able: 'make and verify MACs',
    fresh: 'new MACs are made',
    none: 'no MAC is made or verified',
    cannot: 'no MAC can be made or verified',
    untouched: 'MACs already made are not touched',
    outside: ['MACs already made can be verified nowhere until then'],
  }),
  'key-agreement': other({
    works: 'derives shared secrets',
    worked: 'derived shared secrets',
    working: 'deriving shared secrets',
    able: 'derive shared secrets',
    fresh: 'new shared secrets are derived',
    none: 'no shared secret is derived',
    cannot: 'no shared secret can be derived',
    untouched: 'Shared secrets already derived are not touched',
    outside: [],
  }),
};

const rsaEncrypting: KeyWorks = {
  ...aesWorks,
  outside: [
    'Whoever has the public key can go on encrypting outside AWS, and nothing of it decrypts',
  ],
  dataKeys: false,
};

/** The words for keys of a kind. */
export const keyWorks = ({ keyType, keyUsage }: Pick<KeyKind, 'keyType' | 'keyUsage'>): KeyWorks =>
  keyType === 'RSA' && keyUsage === 'encrypt-decrypt' ? rsaEncrypting : works[keyUsage];
