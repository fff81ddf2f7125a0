import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Desk } from '../support/desk.ts';
import { OutsideAws, practiceRoot, region } from '../support/outside-aws.ts';
import { requireClear } from '../support/truth.ts';

let aws: OutsideAws;
let impostor: Server;
let seen: string[] = [];

beforeAll(async () => {
  aws = await OutsideAws.start();
  // Answers as KMS might, but has no watermark: who knows what stands behind it.
  impostor = createServer((request, response) => {
    seen.push(
      `${request.method ?? ''} ${request.url ?? ''} ${request.headers.authorization ?? ''}`,
    );
    response.setHeader('Content-Type', 'application/x-amz-json-1.1');
    response.end('{"Account":"123456789012","Keys":[],"practice":false}');
  });
  await new Promise<void>((resolve) => {
    impostor.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(async () => {
  impostor.close();
  await aws?.[Symbol.asyncDispose]();
});

const urlOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const credential = (name: string, endpoint: string | null) => ({
  kind: 'keys' as const,
  name,
  accessKeyId: practiceRoot.accessKeyId,
  secretAccessKey: Uint8Array.from(Buffer.from(practiceRoot.secretAccessKey)),
  endpoint,
});

describe('a practice keystore', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = await Desk.open(aws);
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it.each([
    'https://kms.eu-west-1.amazonaws.com',
    'https://kms-fips.us-east-1.amazonaws.com/',
    'https://127.0.0.1.example.com',
    'http://[::ffff:8.8.8.8]:80',
  ])('refuses %s as an endpoint', async (endpoint) => {
    const failure = await desk.refused('credential.import', credential('real', endpoint));
    expect(failure.code).toBe('REALM_MISMATCH');
    requireClear(failure);
    const { credentials } = await desk.call('credential.list', {});
    expect(credentials.map(({ name }) => name)).toEqual(['payments-kms']);
  });

  it("refuses to go without an address, which would be AWS's own", async () => {
    const failure = await desk.refused('credential.import', credential('real', null));
    expect(failure).toMatchObject({ code: 'BAD_INPUT', details: { field: 'endpoint' } });
  });

  it('sends nothing signed to a loopback server without the watermark', async () => {
    await desk.call('credential.import', credential('impostor', urlOf(impostor)));
    seen = [];
    const tested = await desk.refused('credential.test', { credential: 'impostor', region });
    expect(tested.code).toBe('AWS_NOT_PRACTICE');
    const { credentials } = await desk.call('credential.list', {});
    expect(credentials.find(({ name }) => name === 'impostor')).toMatchObject({
      connection: 'Not Connected',
      problem: 'that endpoint is not the practice KMS',
    });
    expect(requireClear(tested).forYourKeys).toContain('Nothing was sent');
    await desk.addGroup('lured', { credential: 'impostor' });
    const plan = await desk.plan('lured');
    expect(plan.blocked?.code).toBe('AWS_NOT_PRACTICE');
    const start = { group: 'lured', plan: plan.number };
    expect((await desk.refused('group.forceRotate', start)).code).toBe('AWS_NOT_PRACTICE');
    expect(new Set(seen)).toEqual(new Set(['GET /.keyreeve-practice ']));
    expect((await desk.call('key.list', {})).total).toBe(0);
  });

  it('goes on with the practice KMS that it was made for', async () => {
    await desk.addGroup('practice');
    expect((await desk.rotated('practice')).state).toBe('Active, alias');
  });
});

describe('a real keystore', () => {
  let desk: Desk;
  beforeAll(async () => {
    desk = new Desk();
    await desk.create('real');
  });
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
  });

  it('is real for ever, and says so', async () => {
    expect((await desk.call('keystore.status', {})).realm).toBe('real');
    expect((await desk.call('session.snapshot', {})).keystore.realm).toBe('real');
  });

  it('refuses the practice KMS, by every name of this computer', async () => {
    const port = new URL(aws.url).port;
    const mark = await aws.mark();
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.8.8.8']) {
      const endpoint = `http://${host}:${port}`;
      const failure = await desk.refused('credential.import', credential('practice', endpoint));
      expect(failure.code).toBe('REALM_MISMATCH');
      requireClear(failure);
    }
    expect(await aws.calls(mark)).toEqual([]);
    expect((await desk.call('credential.list', {})).credentials).toEqual([]);
  });

  it.each(['0.0.0.0', 'localhost.', '[::ffff:127.0.0.1]', '[::]'])(
    'reaches no practice KMS through %s',
    async (host) => {
      const endpoint = `http://${host}:${new URL(aws.url).port}`;
      const mark = await aws.mark();
      const import_ = credential(`by ${host}`, endpoint);
      const reply = await desk.reply('credential.import', import_);
      const failure = reply.ok
        ? await desk.refused('credential.test', { credential: import_.name, region })
        : reply.failure;
      expect(['REALM_MISMATCH', 'BAD_INPUT']).toContain(failure.code);
      expect(await aws.calls(mark)).toEqual([]);
    },
  );

  it("goes to an address that is not AWS's own only knowingly, and that is on record", async () => {
    const far = credential('far-away', 'https://kms.keyreeve.invalid');
    const asked = await desk.refused('credential.import', far);
    expect(asked.code).toBe('CONFIRMATION_NEEDED');
    requireClear(asked);
    expect((await desk.call('credential.list', {})).credentials).toEqual([]);
    await desk.importCredential('far-away', far.endpoint ?? '', practiceRoot, true);
    const { records } = await desk.call('audit.list', { action: 'credential.import', limit: 2 });
    expect(records.map(({ outcome }) => outcome)).toEqual(['OK', 'CONFIRMATION_NEEDED']);
    expect(JSON.stringify(records[0]?.details)).toContain('kms.keyreeve.invalid');
  });

  it('sends no key that only software protects, unless told once and knowingly', async () => {
    await desk.call('credential.import', credential('real-kms', null));
    const asked = await desk.refused('keystore.allowSoftwareModuleToAws', {});
    expect(asked.code).toBe('CONFIRMATION_NEEDED');
    requireClear(asked);
  });

  it('is not made without a second place', async () => {
    const none = new Desk();
    const failure = await none.refused('keystore.create', {
      realm: 'real',
      passphrase: Uint8Array.from(none.passphrase),
    });
    expect(failure.code).toBe('BACKUP_PLACE_MISSING');
    expect((await none.call('keystore.status', {})).state).toBe('absent');
    await none[Symbol.asyncDispose]();
  });
});
