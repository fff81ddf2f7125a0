import { base64, type KmsSide, requestMetadata, type Sent } from './client.ts';

/** A request that must be refused, and the error names that are right for it. */
export interface Mutation {
  readonly kind: string;
  readonly sent: Sent;
  readonly allowed: readonly string[];
}

/** Small, seeded, and good enough to vary bytes (mulberry32). */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const authentication = ['AuthenticationFailedException'];
const validation = ['ValidationException'];
const pathRefusals = ['AuthenticationFailedException', 'InvalidUriPathException', 'none:405'];

/** What valid requests are made of, and one ciphertext that opens. */
export interface Originals {
  readonly kms: KmsSide;
  readonly sealed: Readonly<Record<string, string>>;
}

type Pick = (below: number) => number;
type Content = Record<string, unknown>;
type Maker = (originals: Originals, pick: Pick) => Omit<Mutation, 'kind'> | null;

/** A body of each call that is right as it is. */
function original({ kms, sealed }: Originals, pick: Pick): { api: string; content: Content } {
  const { both } = kms.told.keys;
  const encryptionAlgorithm = 'AES_GCM';
  const calls = [
    { api: 'health', content: { requestMetadata } },
    { api: `keys/${both}/metadata`, content: { requestMetadata } },
    {
      api: `keys/${both}/encrypt`,
      content: { requestMetadata, encryptionAlgorithm, plaintext: base64('some plaintext') },
    },
    { api: `keys/${both}/decrypt`, content: { requestMetadata, encryptionAlgorithm, ...sealed } },
  ];
  return calls[pick(calls.length)] ?? calls[0]!;
}

function flipped(bytes: Uint8Array, pick: Pick): Buffer {
  const copy = Buffer.from(bytes);
  copy[pick(copy.length)]! ^= 1 << pick(8);
  return copy;
}

const signedCall = (originals: Originals, pick: Pick): Sent => {
  const { api, content } = original(originals, pick);
  return originals.kms.signed(api, content);
};

const withHeader = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  headers: { ...sent.headers, [name]: value },
});

const authorizationOf = (sent: Sent): string => String(sent.headers['authorization']);

/** A character that is not the one that stands there and that Node lets into a header. */
const otherCharacter = (text: string, at: number, pick: Pick): string => {
  const made = String.fromCharCode(33 + pick(94));
  return made === text[at] ? '~' : made;
};

function changedText(text: string, pick: Pick): string {
  const at = pick(text.length);
  const choice = pick(3);
  if (choice === 0) return text.slice(0, at) + text.slice(at + 1);
  const other = otherCharacter(text, at, pick);
  return text.slice(0, at) + other + text.slice(choice === 1 ? at + 1 : at);
}

/** Where a space may be added or taken away without a change of meaning, the change does not count. */
const sameClaim = (a: string, b: string): boolean =>
  a.replaceAll(/ *, */g, ',').replaceAll(/ +/g, ' ') ===
  b.replaceAll(/ *, */g, ',').replaceAll(/ +/g, ' ');

const makers: Readonly<Record<string, Maker>> = {
  'a bit of the body': (originals, pick) => {
    const sent = signedCall(originals, pick);
    return { sent: { ...sent, body: flipped(sent.body, pick) }, allowed: authentication };
  },
  'a longer or shorter body': (originals, pick) => {
    const sent = signedCall(originals, pick);
    const cut = sent.body.subarray(0, pick(sent.body.length));
    const body = pick(2) === 0 ? cut : Buffer.concat([sent.body, Buffer.alloc(1 + pick(50), 32)]);
    return { sent: { ...sent, body }, allowed: authentication };
  },
  'a character of the authorization': (originals, pick) => {
    const sent = signedCall(originals, pick);
    const before = authorizationOf(sent);
    const after = changedText(before, pick);
    if (sameClaim(before, after)) return null;
    return { sent: withHeader(sent, 'authorization', after), allowed: authentication };
  },
  'a character of the time': (originals, pick) => {
    const sent = signedCall(originals, pick);
    const before = String(sent.headers['x-amz-date']);
    return {
      sent: withHeader(sent, 'x-amz-date', changedText(before, pick)),
      allowed: authentication,
    };
  },
  'a time too far off': (originals, pick) => {
    const { api, content } = original(originals, pick);
    const off = (310_000 + pick(1_000_000_000)) * (pick(2) === 0 ? 1 : -1);
    const time = `${new Date(Date.now() + off).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    return { sent: originals.kms.signed(api, content, { time }), allowed: authentication };
  },
  'another host': (originals, pick) => {
    const sent = withHeader(signedCall(originals, pick), 'host', `h${pick(1000)}.example`);
    return { sent, allowed: authentication };
  },
  'a doubled header': (originals, pick) => {
    const sent = signedCall(originals, pick);
    const name = pick(2) === 0 ? 'authorization' : 'x-amz-date';
    const value = String(sent.headers[name]);
    return {
      sent: { ...sent, headers: { ...sent.headers, [name]: [value, value] } },
      allowed: authentication,
    };
  },
  'a header that is not there': (originals, pick) => {
    const sent = signedCall(originals, pick);
    const headers = { ...sent.headers };
    delete (headers as Record<string, unknown>)[pick(2) === 0 ? 'authorization' : 'x-amz-date'];
    return { sent: { ...sent, headers }, allowed: authentication };
  },
  'a character of the path': (originals, pick) => {
    const sent = signedCall(originals, pick);
    const path = `/${changedText(sent.path.slice(1), pick)}`;
    return path === sent.path ? null : { sent: { ...sent, path }, allowed: pathRefusals };
  },
  'another prefix, signed': (originals, pick) => {
    const { api, content } = original(originals, pick);
    const path = `/p${pick(1000)}/kms/xks/v1/${api}`;
    return {
      sent: originals.kms.signed(api, content, { path }),
      allowed: ['InvalidUriPathException'],
    };
  },
  'another key id, signed': (originals, pick) => {
    const { content } = original(originals, pick);
    const verb = ['metadata', 'encrypt', 'decrypt'][pick(3)] ?? 'encrypt';
    const sent = originals.kms.signed(`keys/k${pick(100_000)}/${verb}`, content);
    return { sent, allowed: ['KeyNotFoundException'] };
  },
  'another scope, signed': (originals, pick) => {
    const { api, content } = original(originals, pick);
    const wrong = [{ service: 'kms' }, { terminator: 'aws4' }, { scopeDate: '20200101' }];
    return {
      sent: originals.kms.signed(api, content, wrong[pick(3)] ?? {}),
      allowed: authentication,
    };
  },
  'a member taken out, signed': (originals, pick) => {
    const { api, content } = original(originals, pick);
    const names = Object.keys(content).filter((name) => name !== 'ciphertextMetadata');
    const left = { ...content };
    delete left[names[pick(names.length)] ?? ''];
    return { sent: originals.kms.signed(api, left), allowed: validation };
  },
  'a member of a wrong kind, signed': (originals, pick) => {
    const { api, content } = original(originals, pick);
    const names = Object.keys(content);
    const name = names[pick(names.length)] ?? '';
    const mayBeAbsent = /^(additionalAuthenticatedData|ciphertextMetadata|ciphertextData.*)$/;
    const wrong: unknown[] = [7, true, [], 'no*base64', { a: 1 }, '====', '\u0000'];
    if (!mayBeAbsent.test(name)) wrong.push(null);
    return {
      sent: originals.kms.signed(api, { ...content, [name]: wrong[pick(wrong.length)] }),
      allowed: validation,
    };
  },
  'broken JSON, signed': (originals, pick) => {
    const { api, content } = original(originals, pick);
    const text = JSON.stringify(content);
    const broken = [
      text.slice(0, 1 + pick(text.length - 1)),
      `[${text}]`,
      `${text}${text}`,
      `${text}x`,
      'null',
      '',
    ];
    return {
      sent: originals.kms.signed(api, broken[pick(broken.length)] ?? ''),
      allowed: validation,
    };
  },
  'a member twice, signed': (originals, pick) => {
    const { api, content } = original(originals, pick);
    const names = Object.keys(content);
    const name = names[pick(names.length)] ?? '';
    const text = `{"${name}":${JSON.stringify(content[name])},${JSON.stringify(content).slice(1)}`;
    return { sent: originals.kms.signed(api, text), allowed: validation };
  },
  'a bit of the ciphertext, signed': (originals, pick) => {
    const { kms, sealed } = originals;
    const names = Object.keys(sealed);
    const name = names[pick(names.length)] ?? '';
    const bytes = flipped(Buffer.from(sealed[name] ?? '', 'base64'), pick);
    const content = {
      requestMetadata,
      encryptionAlgorithm: 'AES_GCM',
      ...sealed,
      [name]: base64(bytes),
    };
    const sent = kms.signed(`keys/${kms.told.keys.both}/decrypt`, content);
    return { sent, allowed: ['InvalidCiphertextException'] };
  },
  'odd lengths, signed': (originals, pick) => {
    const { kms, sealed } = originals;
    const name = ['initializationVector', 'authenticationTag', 'ciphertextMetadata'][pick(3)] ?? '';
    const lengths = [1, 8, 11, 13, 15, 17, 21, 64];
    const bytes = Buffer.alloc(lengths[pick(lengths.length)] ?? 1, pick(256));
    const content = {
      requestMetadata,
      encryptionAlgorithm: 'AES_GCM',
      ...sealed,
      [name]: base64(bytes),
    };
    const allowed = [
      ...validation,
      ...(name === 'ciphertextMetadata' ? ['InvalidCiphertextException'] : []),
    ];
    return { sent: kms.signed(`keys/${kms.told.keys.both}/decrypt`, content), allowed };
  },
  'too long, signed': (originals, pick) => {
    const { kms } = originals;
    const longer = base64(Buffer.alloc(8193 + pick(3000)));
    const name = pick(2) === 0 ? 'plaintext' : 'additionalAuthenticatedData';
    const content = {
      requestMetadata,
      encryptionAlgorithm: 'AES_GCM',
      plaintext: 'AAAA',
      [name]: longer,
    };
    const sent = kms.signed(`keys/${kms.told.keys.both}/encrypt`, content);
    return { sent, allowed: ['UnsupportedOperationException'] };
  },
  'another method': (originals, pick) => {
    const method = ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'][pick(5)] ?? 'GET';
    return { sent: { ...signedCall(originals, pick), method }, allowed: ['none:405'] };
  },
  'another type, signed': (originals, pick) => {
    const type = ['text/plain', 'application/xml', '', 'application/jsonx'][pick(4)] ?? '';
    return {
      sent: withHeader(signedCall(originals, pick), 'content-type', type),
      allowed: validation,
    };
  },
};

export const kinds = Object.keys(makers);

/** Mutations without end: the same ones for the same seed, key ids and credential apart. */
export function* mutations(originals: Originals, seed: number): Generator<Mutation, never> {
  const pick = seeded(seed);
  for (let n = 0; ; n++) {
    const kind = kinds[n % kinds.length] ?? '';
    const made = makers[kind]?.(originals, pick) ?? null;
    if (made !== null) yield { kind, ...made };
  }
}
