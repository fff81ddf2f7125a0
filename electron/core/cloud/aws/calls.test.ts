import { classify } from './failures.ts';
import { WireFailure } from './wire-failure.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Cloud, CloudConnection, ConnectionSpec } from '../cloud.ts';
import { createCloud } from '../create-cloud.ts';
import {
  keyArn,
  keyId,
  listening,
  metadata,
  practiceSpec,
  startWire,
  testPorts,
  type WireServer,
} from './wire-server.fixture.ts';

let wire: WireServer;
let cloud: Cloud;
let ports: ReturnType<typeof testPorts>;

beforeEach(async () => {
  wire = await startWire((_, reply) => reply.json({ KeyMetadata: metadata() }));
  ports = testPorts();
  cloud = createCloud(ports, { callTimeout: 400, connectTimeout: 300 });
});
afterEach(async () => {
  cloud.close();
  await wire.close();
});

const open = (more: Partial<ConnectionSpec> = {}): Promise<CloudConnection> =>
  cloud.connect(practiceSpec(wire.url, { patience: { tries: 3, within: 60_000 }, ...more }));
const newKey = {
  spec: 'SYMMETRIC_DEFAULT' as const,
  usage: 'ENCRYPT_DECRYPT' as const,
  description: 'payments',
  marker: 'kr-1043-4-aa',
  policy: null,
  tags: [],
};

async function failureOf(work: Promise<unknown>): Promise<OperationError> {
  const cause = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (cause instanceof OperationError) return cause;
  throw new Error('expected an OperationError', { cause });
}

it('reads a key without SDK types and says which request showed it', async () => {
  const connection = await open();
  const context = listening();
  const key = await connection.describeKey(keyId, context);
  expect(key).toMatchObject({ keyId, arn: keyArn, state: 'PendingImport', origin: 'EXTERNAL' });
  expect(key.createdAt).toBe(1_767_603_600_191);
  expect(key.requestId).toBe('req-1');
  expect(context.calls).toEqual([
    {
      call: 'DescribeKey',
      parameters: { KeyId: keyId },
      requestId: 'req-1',
      took: expect.any(Number),
      result: 'ok',
      changed: 'no',
    },
  ]);
});

it('reaches the fault points in order: sent, then answered before the answer is returned', async () => {
  const connection = await open();
  await connection.describeKey(keyId);
  expect(ports.reached).toEqual(['aws:DescribeKey:sent', 'aws:DescribeKey:answered']);
});

it('reaches "sent" before any answer, and the other side sees the whole request', async () => {
  const connection = await open();
  const sent = Promise.withResolvers<void>();
  wire.script = (_, reply) => void sent.promise.then(() => reply.json({ KeyMetadata: metadata() }));
  const reach = ports.faults.reach.bind(ports.faults);
  Object.assign(ports.faults, {
    reach: (point: string) => {
      reach(point);
      if (point.endsWith(':sent')) sent.resolve();
    },
  });
  const described = connection.describeKey(keyId);
  await sent.promise;
  await expect.poll(() => wire.seen.length).toBe(1);
  await described;
});

it('makes no second attempt inside the SDK', async () => {
  wire.script = (_, reply) => reply.error('KMSInternalException', 'again', 500);
  const connection = await open({ patience: { tries: 1, within: 1000 } });
  const error = await failureOf(connection.describeKey(keyId));
  expect(wire.seen).toHaveLength(1);
  expect(error.code).toBe('AWS_FAILED');
  expect(error.external).toEqual({
    name: 'KMSInternalException',
    at: 'DescribeKey',
    message: 'again',
    requestId: 'req-1',
  });
});

it('tries a read again after 5xx and throttling, and counts the tries', async () => {
  let left = 2;
  wire.script = (_, reply) => {
    if (left-- > 0)
      reply.error(
        left === 1 ? 'ThrottlingException' : 'KMSInternalException',
        'x',
        left === 1 ? 400 : 500,
      );
    else reply.json({ KeyMetadata: metadata() });
  };
  const connection = await open();
  const context = listening();
  await connection.describeKey(keyId, context);
  expect(context.calls.map((call) => call.result)).toEqual([
    'ThrottlingException',
    'KMSInternalException',
    'ok',
  ]);
});

it('gives up after the patience it was given, with the number of tries', async () => {
  wire.script = (_, reply) => reply.error('ThrottlingException');
  const connection = await open();
  const error = await failureOf(connection.describeKey(keyId));
  expect(error.code).toBe('AWS_THROTTLED');
  expect(error.details).toMatchObject({ tries: 3, retry: 'throttled' });
  expect(error.external?.message).toBeUndefined();
});

it.each([
  [
    'the connection is reset',
    (reply: Parameters<WireServer['script']>[1]) => reply.socket.resetAndDestroy(),
  ],
  ['no answer comes in time', () => undefined],
  [
    'the answer is cut short',
    (reply: Parameters<WireServer['script']>[1]) => {
      reply.response.writeHead(200, {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': '500',
      });
      reply.response.write('{"KeyMeta', () => reply.socket.destroy());
    },
  ],
  [
    'AWS fails inside',
    (reply: Parameters<WireServer['script']>[1]) => reply.error('KMSInternalException', 'x', 500),
  ],
  [
    'a load balancer fails',
    (reply: Parameters<WireServer['script']>[1]) => {
      reply.response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>busy</h1>');
    },
  ],
  [
    'the answer is not JSON',
    (reply: Parameters<WireServer['script']>[1]) => {
      reply.response
        .writeHead(200, { 'content-type': 'application/x-amz-json-1.1' })
        .end('{"KeyMetadata": {');
    },
  ],
  [
    'the answer lacks the key id',
    (reply: Parameters<WireServer['script']>[1]) => reply.json({ KeyMetadata: {} }),
  ],
  [
    'a captive portal answers',
    (reply: Parameters<WireServer['script']>[1]) => {
      reply.response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>');
    },
  ],
  [
    'a redirect answers',
    (reply: Parameters<WireServer['script']>[1]) => {
      reply.response.writeHead(302, { location: 'http://portal.example/' }).end();
    },
  ],
])('asks the job to look when %s after CreateKey was sent, and sends it once', async (_, act) => {
  wire.script = (_seen, reply) => act(reply);
  const connection = await open();
  const error = await failureOf(connection.createExternalKey(newKey));
  expect(error.code).toBe('AWS_ANSWER_LOST');
  expect(error.details['retry']).toBe('ambiguous');
  expect(wire.seen.map((seen) => seen.operation)).toEqual(['CreateKey']);
});

it('repeats ImportKeyMaterial after a lost answer, without an import type', async () => {
  let first = true;
  wire.script = (_, reply) => {
    if (first) reply.socket.resetAndDestroy();
    else reply.json({ KeyId: keyArn, KeyMaterialId: 'a'.repeat(64) });
    first = false;
  };
  const connection = await open();
  const context = listening();
  const bytes = Buffer.alloc(512, 7);
  const done = await connection.importMaterial(
    { keyId, token: Buffer.alloc(100, 1), encryptedKeyMaterial: bytes, validTo: null },
    context,
  );
  expect(done.materialId).toBe('a'.repeat(64));
  expect(wire.seen).toHaveLength(2);
  for (const { body } of wire.seen) {
    expect(body).toMatchObject({ ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' });
    expect(body).not.toHaveProperty('ImportType');
    expect(body).not.toHaveProperty('ValidTo');
  }
  const shown = JSON.stringify(context.calls);
  expect(context.calls[1]?.parameters['EncryptedKeyMaterial']).toEqual({
    bytes: 512,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(shown).not.toContain(bytes.toString('base64').slice(0, 20));
});

it('says that a repeated change whose answers were all lost may have been made', async () => {
  wire.script = (_, reply) => reply.socket.resetAndDestroy();
  const connection = await open();
  const error = await failureOf(connection.disableKey(keyId));
  expect(error.code).toBe('AWS_ANSWER_LOST');
  expect(wire.seen).toHaveLength(3);
});

it('retries CreateKey where it certainly was not carried out: throttled', async () => {
  let left = 1;
  wire.script = (_, reply) =>
    left-- > 0 ? reply.error('ThrottlingException') : reply.json({ KeyMetadata: metadata() });
  const connection = await open();
  const made = await connection.createExternalKey(newKey);
  expect(made).toMatchObject({ keyId, tagged: true });
  expect(wire.seen).toHaveLength(2);
});

it.each([
  ['answered ok', 'ok', ['yes']],
  ['refused', 'AccessDeniedException', ['no']],
  ['refused for now, then answered', 'ThrottlingException', ['no', 'yes']],
  ['a failure of AWS, then answered', 'KMSInternalException', ['maybe', 'yes']],
  ['no answer, then answered', 'lost', ['maybe', 'yes']],
] as const)(
  'says of each attempt at a change what it may have done: %s',
  async (_, said, notes) => {
    let first = true;
    wire.script = (_seen, reply) => {
      if (!first || said === 'ok') reply.json({});
      else if (said === 'lost') reply.socket.resetAndDestroy();
      else reply.error(said);
      first = false;
    };
    const context = listening();
    const connection = await open();
    await connection.disableKey(keyId, context).catch(() => undefined);
    expect(context.calls.map(({ changed }) => changed)).toEqual(notes);
  },
);

it('says that a change may have been made where its answer was lost, not where nobody answers', async () => {
  wire.script = (_, reply) => reply.socket.resetAndDestroy();
  const context = listening();
  const connection = await open();
  await failureOf(connection.createExternalKey(newKey, context));
  await failureOf(connection.describeKey(keyId, context));
  await wire.close();
  await failureOf(connection.disableKey(keyId, context));
  const about = context.calls.map(({ call, changed }) => `${call} ${changed}`);
  expect([...new Set(about)]).toEqual(['CreateKey maybe', 'DescribeKey no', 'DisableKey no']);
});

it('knows when nothing was sent, and names the practice KMS that must run', async () => {
  const connection = await open();
  await connection.describeKey(keyId);
  await wire.close();
  const error = await failureOf(connection.createExternalKey(newKey));
  expect(error.code).toBe('AWS_UNREACHABLE');
  expect(error.details).toMatchObject({
    practice: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+/),
    retry: 'unsent',
    tries: 3,
  });
  expect(error.external).toMatchObject({ name: 'ECONNREFUSED', at: 'CreateKey' });
});

it('names what a firewall must let through where real AWS cannot be reached', () => {
  const call = { operation: 'CreateKey', repeatable: false, changes: true, justMade: false };
  const { error } = classify(new WireFailure('unsent', 'ETIMEDOUT'), {
    ...call,
    skew: null,
    practice: null,
    credential: 'payments-aws',
    ofKey: () => ({}),
  });
  expect(error.toFailure()).toMatchObject({
    code: 'AWS_UNREACHABLE',
    details: { host: '*.amazonaws.com', port: 443, direction: 'outbound' },
    external: { name: 'ETIMEDOUT', at: 'CreateKey' },
  });
});

it('gives a call that must not be doubled a connection of its own', async () => {
  const connection = await open();
  await connection.describeKey(keyId);
  await connection.describeKey(keyId);
  const before = wire.connections;
  await connection.createExternalKey(newKey);
  expect(wire.connections).toBe(before + 1);
});

it('makes the key without tags when tagging is not allowed, and says so', async () => {
  wire.script = (seen, reply) => {
    if ('Tags' in seen.body) {
      reply.error(
        'AccessDeniedException',
        `User: arn:aws:iam::123456789012:user/kms-push is not authorized to perform: kms:TagResource on resource: ${keyArn}`,
      );
    } else reply.json({ KeyMetadata: metadata() });
  };
  const connection = await open();
  const made = await connection.createExternalKey({
    ...newKey,
    tags: [{ key: 'team', value: 'pay' }],
  });
  expect(made.tagged).toBe(false);
  expect(wire.seen[0]?.body).toMatchObject({
    Description: 'payments [kr-1043-4-aa]',
    Origin: 'EXTERNAL',
    Tags: [
      { TagKey: 'team', TagValue: 'pay' },
      { TagKey: 'keyreeve:marker', TagValue: 'kr-1043-4-aa' },
    ],
  });
  expect(wire.seen[1]?.body).not.toHaveProperty('Tags');
});

it('takes "not found" for "not yet" only while the key is new', async () => {
  const connection = await open();
  let left = 1;
  wire.script = (_, reply) =>
    left-- > 0
      ? reply.error('NotFoundException', `Key '${keyArn}' does not exist`)
      : reply.json({ KeyMetadata: metadata() });
  expect((await failureOf(connection.describeKey(keyId))).code).toBe('AWS_KEY_GONE');
  connection.rememberNew(keyId, Date.now());
  left = 1;
  await expect(connection.describeKey(keyId)).resolves.toMatchObject({ keyId });
  connection.rememberNew(keyId, Date.now() - 6 * 60_000);
  left = 1;
  expect((await failureOf(connection.describeKey(keyId))).code).toBe('AWS_KEY_GONE');
});

it('stops waiting when it is told to, but lets a change that is under way finish', async () => {
  const stop = new AbortController();
  wire.script = (_, reply) => {
    stop.abort(new Error('locked'));
    setImmediate(() => reply.json(null));
  };
  const connection = await open();
  const changing = connection.disableKey(keyId, { signal: stop.signal });
  await expect(changing).resolves.toMatchObject({ requestId: 'req-1' });
  await expect(connection.describeKey(keyId, { signal: stop.signal })).rejects.toThrow('locked');
  expect(wire.seen).toHaveLength(1);
});

it('cuts off a read when it is told to', async () => {
  const stop = new AbortController();
  wire.script = () => stop.abort(new Error('locked'));
  const connection = await open();
  await expect(connection.describeKey(keyId, { signal: stop.signal })).rejects.toThrow('locked');
});

it('refuses replies larger than any list of AWS', async () => {
  wire.script = (_, reply) => {
    reply.response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    reply.response.end(Buffer.alloc(5 * 1024 * 1024, 0x20));
  };
  const connection = await open({ patience: { tries: 1, within: 1000 } });
  const error = await failureOf(connection.describeKey(keyId));
  expect(error.code).toBe('AWS_UNREACHABLE');
});
