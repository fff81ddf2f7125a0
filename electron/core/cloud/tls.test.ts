import type { TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { nodeClock } from '../kernel/node-clock.ts';
import { Secret } from '../kernel/secret.ts';
import { testPorts } from './aws/wire-server.fixture.ts';
import type { Cloud, CloudConnection } from './cloud.ts';
import { createCloud } from './create-cloud.ts';
import { type PracticeProcess, startPractice } from './practice-process.fixture.ts';
import { startTlsFront, testAuthority, type TlsFront } from './tls-front.fixture.ts';
import type { TlsChoice } from './tls.ts';

const now = nodeClock.now();
const day = 86_400_000;
const house = testAuthority('House CA', now);
const stranger = testAuthority('Stranger CA', now);
const server = house.issue('gateway', { names: ['localhost'] });

let practice: PracticeProcess;
let front: TlsFront;
let cloud: Cloud;

beforeAll(async () => {
  practice = await startPractice();
});
afterAll(async () => {
  await practice.stop();
});
afterEach(async () => {
  cloud.close();
  await front.close();
});

async function behind(options: TlsOptions, tls?: TlsChoice): Promise<CloudConnection> {
  front = await startTlsFront(practice.url, options);
  cloud = createCloud(testPorts());
  return cloud.connect({
    realm: 'practice',
    region: 'eu-west-1',
    endpoint: front.url,
    credential: practice.credential,
    patience: { tries: 3, within: 60_000 },
    ...(tls ? { tls } : {}),
  });
}

const trusting = (caPem: string, more: object = {}): TlsChoice => ({
  kind: 'custom-ca',
  caPem,
  validateHost: true,
  ...more,
});
const showing = ({ pem, keyPem } = house.issue('console')) => ({
  client: { certificatePem: pem, privateKeyPem: Secret.copyOf(Buffer.from(keyPem)) },
});
const serves = ({ pem, keyPem } = server): TlsOptions => ({ cert: pem, key: keyPem });
const failureOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof OperationError)) throw new Error('it did not fail as an operation');
  const { code, details, external } = error;
  return {
    code,
    tls: details['tls'],
    tries: details['tries'],
    name: external?.name,
    message: external?.message,
  };
};

describe('a practice KMS behind TLS', () => {
  it('is reached by the authority that issued its certificate', async () => {
    const connection = await behind(serves(), trusting(house.pem));
    expect(connection.exceptions).toEqual(['custom-ca']);
    expect(await connection.callerIdentity()).toMatchObject({ account: '123456789012' });
    await connection.askKms();
    expect(front.shown.length).toBeGreaterThan(0);
  });

  it('is reached by an authority above the one that issued it, from a list of several', async () => {
    const issuing = house.authority('Issuing CA');
    const leaf = issuing.issue('gateway', { names: ['localhost'] });
    const both = `${stranger.pem}${house.pem}`;
    const chain = { cert: leaf.pem + issuing.pem, key: leaf.keyPem };
    const connection = await behind(chain, trusting(both));
    expect(await connection.callerIdentity()).toMatchObject({ account: '123456789012' });
  });

  it.each([
    ['nothing of its own', undefined],
    ['another authority', trusting(stranger.pem)],
  ])('is not believed by %s, and not asked again', async (_what, tls) => {
    const connection = await behind(serves(), tls);
    expect(await failureOf(connection.callerIdentity())).toEqual({
      code: 'AWS_UNREACHABLE',
      tls: 'unknown-issuer',
      tries: 1,
      name: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      message: 'unable to verify the first certificate',
    });
    expect(await failureOf(connection.askKms())).toMatchObject({ tls: 'unknown-issuer' });
    expect(front.shown).toEqual([]);
  });

  it('is believed by its common name where it names no other', async () => {
    const named = await behind(serves(house.issue('localhost')), trusting(house.pem));
    expect(await named.callerIdentity()).toMatchObject({ account: '123456789012' });
  });

  it('is not believed under the name of another host, unless that is left unchecked', async () => {
    const other = house.issue('other', { names: ['kms.example.test'] });
    const strict = await behind(serves(other), trusting(house.pem));
    expect(await failureOf(strict.callerIdentity())).toMatchObject({
      tls: 'wrong-host',
      name: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    cloud.close();
    await front.close();
    const loose = await behind(serves(other), trusting(house.pem, { validateHost: false }));
    expect(loose.exceptions).toEqual(['custom-ca', 'host-not-validated']);
    expect(await loose.callerIdentity()).toMatchObject({ account: '123456789012' });
  });

  it('still needs the authority where the host is left unchecked', async () => {
    const tls = trusting(stranger.pem, { validateHost: false });
    const connection = await behind(serves(), tls);
    expect(await failureOf(connection.callerIdentity())).toMatchObject({ tls: 'unknown-issuer' });
  });

  it.each([
    ['over', { notBefore: now - 20 * day, notAfter: now - 10 * day }, 'CERT_HAS_EXPIRED'],
    ['not begun', { notBefore: now + 10 * day, notAfter: now + 20 * day }, 'CERT_NOT_YET_VALID'],
  ])('is not believed by a certificate that is %s', async (_when, dates, name) => {
    const leaf = house.issue('gateway', { names: ['localhost'], ...dates });
    const connection = await behind(serves(leaf), trusting(house.pem));
    const failed = await failureOf(connection.callerIdentity());
    expect(failed).toMatchObject({ tls: 'not-in-its-time', name, tries: 1 });
  });
});

describe('a server that asks for a client certificate', () => {
  const asks = { ca: house.pem, requestCert: true, rejectUnauthorized: true };

  it('is shown the one that was set', async () => {
    const connection = await behind({ ...serves(), ...asks }, trusting(house.pem, showing()));
    expect(await connection.callerIdentity()).toMatchObject({ account: '123456789012' });
    expect(front.shown).toContain('console');
  });

  it.each([
    ['TLSv1.2', /alert handshake failure$/],
    // here the alert comes after the client holds the handshake for done
    ['TLSv1.3', /alert certificate required$/],
  ] as const)(
    'refuses whoever shows none under %s, before anything is sent',
    async (version, words) => {
      const options = { ...serves(), ...asks, maxVersion: version };
      const connection = await behind(options, trusting(house.pem));
      const failed = await failureOf(connection.callerIdentity());
      expect(failed).toMatchObject({ code: 'AWS_UNREACHABLE', tls: 'client-refused', tries: 1 });
      expect(failed.message).toMatch(words);
      expect(front.shown).toEqual([]);
    },
  );
});

describe('a connection that is closed meanwhile', () => {
  it('sends nothing more by its former setting', async () => {
    const connection = await behind(serves(), trusting(house.pem));
    await connection.callerIdentity();
    const before = front.shown.length;
    connection.close();
    expect(await failureOf(connection.callerIdentity())).toMatchObject({ code: 'AWS_UNREACHABLE' });
    expect(front.shown).toHaveLength(before);
  });
});
