import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../kernel/secret.ts';
import type { Cloud } from '../cloud.ts';
import { createCloud } from '../create-cloud.ts';
import type { CloudCredential } from '../credential.ts';
import {
  keyId,
  metadata,
  practiceKeys,
  practiceSpec,
  startWire,
  stsErrorXml,
  testPorts,
  type WireServer,
} from './wire-server.fixture.ts';

const roleArn = 'arn:aws:iam::123456789012:role/push/kms-push';
const assumed = (accessKeyId = 'ASIAROLE000000000001'): string =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
  <AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>role-secret-0123456789</SecretAccessKey>
  <SessionToken>role-token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
  <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/kms-push/x</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>
  </AssumeRoleResult></AssumeRoleResponse>`;

let wire: WireServer;
let cloud: Cloud | undefined;

beforeEach(async () => {
  wire = await startWire((seen, reply) =>
    seen.operation === 'AssumeRole'
      ? reply.xml(assumed())
      : reply.json({ KeyMetadata: metadata() }),
  );
});
afterEach(async () => {
  cloud?.close();
  await wire.close();
  vi.unstubAllEnvs();
});

const describeWith = async (credential: CloudCredential, answer?: string): Promise<void> => {
  cloud = createCloud(testPorts(answer === undefined ? {} : { answer }));
  const connection = await cloud.connect(
    practiceSpec(wire.url, { credential, patience: { tries: 2, within: 5000 } }),
  );
  await connection.describeKey(keyId);
};
const signer = (at: number): string => String(wire.seen[at]?.headers.authorization);

describe('a session', () => {
  const session = (expiresAt: number | null): CloudCredential => ({
    kind: 'session',
    accessKeyId: 'ASIASESSION000000001',
    secretAccessKey: Secret.copyOf(Buffer.from('session-secret')),
    sessionToken: Secret.copyOf(Buffer.from('the-token')),
    expiresAt,
  });

  it('sends its token', async () => {
    await describeWith(session(Date.now() + 60_000));
    expect(wire.seen[0]?.headers['x-amz-security-token']).toBe('the-token');
    expect(signer(0)).toContain('ASIASESSION000000001');
  });

  it('that has ended is refused before anything is sent', async () => {
    const ended = session(Date.now() - 1);
    await expect(describeWith(ended)).rejects.toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    expect(wire.seen).toEqual([]);
  });

  it('is named where it has ended and where AWS refuses it', async () => {
    const ended = { ...session(Date.now() - 1), name: 'push-session' };
    await expect(describeWith(ended)).rejects.toMatchObject({
      details: { credential: 'push-session' },
    });
    wire.script = (_, reply) => reply.json({ __type: 'ExpiredTokenException' }, 400);
    await expect(describeWith({ ...session(null), name: 'push-session' })).rejects.toMatchObject({
      code: 'CREDENTIAL_REJECTED',
      details: { credential: 'push-session' },
    });
  });

  it('is copied, so that the caller may wipe its own', async () => {
    const mine = session(null);
    cloud = createCloud(testPorts());
    const connection = await cloud.connect(practiceSpec(wire.url, { credential: mine }));
    if (mine.kind === 'session') {
      mine.secretAccessKey.dispose();
      mine.sessionToken.dispose();
    }
    await expect(connection.describeKey(keyId)).resolves.toMatchObject({ keyId });
  });
});

describe('a role', () => {
  const role: CloudCredential = {
    kind: 'assume-role',
    source: practiceKeys,
    roleArn,
    externalId: 'ext-1',
  };

  it('is asked for at the same address, once, and then signs', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_STS', 'http://127.0.0.1:9');
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
    await describeWith(role);
    expect(wire.seen.map((seen) => seen.operation)).toEqual(['AssumeRole', 'DescribeKey']);
    expect(signer(0)).toContain('AKIAPRACTICE00000001');
    expect(signer(1)).toContain('ASIAROLE000000000001');
    expect(wire.seen[1]?.headers['x-amz-security-token']).toBe('role-token');
  });

  it('with an MFA device asks for the code, and says when nobody gives one', async () => {
    const withMfa = { ...role, mfaSerial: 'arn:aws:iam::123456789012:mfa/me' };
    await expect(describeWith(withMfa)).rejects.toMatchObject({
      code: 'CREDENTIAL_REJECTED',
      details: { problem: 'the code of the MFA device is needed' },
    });
    await expect(describeWith(withMfa, '12345')).rejects.toMatchObject({
      code: 'CREDENTIAL_REJECTED',
    });
    expect(wire.seen).toEqual([]);
    await describeWith(withMfa, '123456\n');
    expect(wire.seen[0]?.operation).toBe('AssumeRole');
  });

  it('that is refused says so with AWS’s words, and nothing else was sent', async () => {
    wire.script = (_, reply) =>
      reply.xml(
        stsErrorXml(
          'AccessDenied',
          `User: u is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
        ),
        403,
      );
    const source = { ...practiceKeys, name: 'work-keys' };
    await expect(describeWith({ ...role, source, name: 'push-role' })).rejects.toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      details: { permission: 'sts:AssumeRole', resource: roleArn, credential: 'work-keys' },
      external: { name: 'AccessDenied', at: 'AssumeRole' },
    });
    expect(wire.seen.map((seen) => seen.operation)).toEqual(['AssumeRole']);
  });

  it('is named itself where its session is refused', async () => {
    wire.script = (seen, reply) =>
      seen.operation === 'AssumeRole'
        ? reply.xml(assumed())
        : reply.json({ __type: 'AccessDeniedException' }, 400);
    const source = { ...practiceKeys, name: 'work-keys' };
    await expect(describeWith({ ...role, source, name: 'push-role' })).rejects.toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      details: { permission: 'kms:DescribeKey', credential: 'push-role' },
    });
  });

  it('that could not be asked for leaves CreateKey certainly unsent', async () => {
    wire.script = (seen, reply) =>
      seen.operation === 'AssumeRole'
        ? reply.socket.resetAndDestroy()
        : reply.json({ KeyMetadata: metadata() });
    cloud = createCloud(testPorts());
    const connection = await cloud.connect(
      practiceSpec(wire.url, { credential: role, patience: { tries: 2, within: 5000 } }),
    );
    const key = {
      spec: 'SYMMETRIC_DEFAULT' as const,
      usage: 'ENCRYPT_DECRYPT' as const,
      description: '',
      marker: 'kr-1-1-aa',
      policy: null,
      tags: [],
    };
    await expect(connection.createExternalKey(key)).rejects.toMatchObject({
      code: 'AWS_UNREACHABLE',
      details: { retry: 'unsent', tries: 2 },
    });
  });
});

describe('a profile', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyreeve-profile-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const profile = (config: string, credentials: string, name = 'work'): CloudCredential => {
    writeFileSync(join(folder, 'config'), config);
    writeFileSync(join(folder, 'credentials'), credentials);
    return {
      kind: 'profile',
      name: `by ${name}`,
      profile: name,
      configFile: join(folder, 'config'),
      credentialsFile: join(folder, 'credentials'),
    };
  };
  const workKeys =
    '[work]\naws_access_key_id = AKIAWORK000000000001\naws_secret_access_key = work-secret\n';

  it('signs with its keys and ignores its address, Region and CA', async () => {
    await describeWith(
      profile(
        '[profile work]\nendpoint_url = http://127.0.0.1:9\nregion = us-east-1\nca_bundle = /nowhere\n',
        workKeys,
      ),
    );
    expect(signer(0)).toMatch(/AKIAWORK000000000001\/\d{8}\/eu-west-1/);
  });

  it('takes on its role through its source profile, at the same address', async () => {
    const config = `[profile push]\nrole_arn = ${roleArn}\nsource_profile = work\nexternal_id = ext-2\nendpoint_url = http://127.0.0.1:9\n`;
    await describeWith(profile(config, workKeys, 'push'));
    expect(wire.seen.map((seen) => seen.operation)).toEqual(['AssumeRole', 'DescribeKey']);
    expect(signer(0)).toContain('AKIAWORK000000000001');
  });

  it.each([
    ['credential_process', 'credential_process = /bin/false'],
    ['sso_session', 'sso_session = x'],
    ['web_identity_token_file', `web_identity_token_file = /x\nrole_arn = ${roleArn}`],
    ['credential_source', `credential_source = Ec2InstanceMetadata\nrole_arn = ${roleArn}`],
  ])('that would use %s is refused, also behind another one', async (setting, lines) => {
    const direct = profile(`[profile work]\n${lines}\n`, '');
    await expect(describeWith(direct)).rejects.toMatchObject({
      code: 'CREDENTIAL_REJECTED',
      details: { setting, profile: 'work', credential: 'by work' },
    });
    const behind = profile(
      `[profile work]\n${lines}\n[profile push]\nrole_arn = ${roleArn}\nsource_profile = work\n`,
      '',
      'push',
    );
    await expect(describeWith(behind)).rejects.toMatchObject({ code: 'CREDENTIAL_REJECTED' });
    expect(wire.seen).toEqual([]);
  });

  it('that is not there, or has no keys, is refused', async () => {
    await expect(describeWith(profile('', '', 'gone'))).rejects.toMatchObject({
      code: 'CREDENTIAL_REJECTED',
      details: { profile: 'gone', credential: 'by gone' },
    });
    await expect(describeWith(profile('[profile work]\nregion = x\n', ''))).rejects.toMatchObject({
      code: 'CREDENTIAL_REJECTED',
      details: { credential: 'by work' },
    });
  });
});
