import type { Misbehaviour } from './xks-peer.fixture.ts';

/** The twelve refusals of the protocol, with their statuses (facts xks 6). */
export const refusals = [
  [400, 'ValidationException'],
  [400, 'InvalidStateException'],
  [400, 'InvalidCiphertextException'],
  [400, 'InvalidKeyUsageException'],
  [401, 'AuthenticationFailedException'],
  [403, 'AccessDeniedException'],
  [404, 'KeyNotFoundException'],
  [404, 'InvalidUriPathException'],
  [429, 'ThrottlingException'],
  [500, 'InternalException'],
  [501, 'UnsupportedOperationException'],
  [503, 'DependencyTimeoutException'],
] as const;

export const refuse =
  (status: number, errorName: string): Misbehaviour =>
  (_response, answer) => {
    answer.status = status;
    answer.body = { errorName };
  };

/** Sends exactly this. */
export const send =
  (status: number, type: string | null, body: string): Misbehaviour =>
  (response) => {
    response.writeHead(status, type === null ? {} : { 'content-type': type });
    response.end(body);
    return true;
  };

/** Sends a good answer in a bad way. */
const dressed =
  (status: number, type: string | null, edit: (good: string) => string | Buffer): Misbehaviour =>
  (response, { body }) => {
    response.writeHead(status, type === null ? {} : { 'content-type': type });
    response.end(edit(JSON.stringify(body)));
    return true;
  };
const asItIs = (good: string): string => good;
const jsonType = 'application/json';

/** Changes members of a good answer; undefined removes one. */
export const change =
  (members: Readonly<Record<string, unknown>>): Misbehaviour =>
  (_response, answer) => {
    answer.body = { ...answer.body, ...members };
  };

export const silence: Misbehaviour = () => true;

/** Breaks off in the middle of the answer. */
export const hangUp: Misbehaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"ciphertext":"');
  setImmediate(() => response.destroy());
  return true;
};

/** Answers that are none of the protocol, whatever was asked. */
export const unreadable: readonly (readonly [string, Misbehaviour])[] = [
  ['no JSON', send(200, 'application/json', '<html>')],
  ['no body', send(200, 'application/json', '')],
  ['an array', send(200, 'application/json', '[]')],
  ['null', send(200, 'application/json', 'null')],
  [
    'text that is not UTF-8',
    dressed(200, jsonType, (good) => Buffer.from(good.replace('{', '{"new":"\xff",'), 'latin1')),
  ],
  ['an empty object', send(200, 'application/json', '{}')],
  ['no content type', dressed(200, null, asItIs)],
  ['another content type', dressed(200, 'text/plain', asItIs)],
  ['another status', dressed(201, jsonType, asItIs)],
  ['a web page', send(502, 'text/html', '<h1>Bad gateway</h1>')],
  ['a redirection', dressed(302, jsonType, asItIs)],
  ['an error with status 200', send(200, 'application/json', '{"errorName":"InternalException"}')],
  ["a status that is not the error's", refuse(500, 'AuthenticationFailedException')],
  ['an unknown error', refuse(400, 'SomethingException')],
  ['an error without a name', send(400, 'application/json', '{"errorMessage":"no"}')],
  [
    'far too much',
    dressed(200, jsonType, (good) => good.replace('{', `{"new":"${'x'.repeat(70_000)}",`)),
  ],
];
