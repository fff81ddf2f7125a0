import { X509Certificate } from 'node:crypto';
import { rootCertificates, type SecureContextOptions } from 'node:tls';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Partition } from '../regions.ts';
import type { ConnectionException, TlsChoice } from '../tls.ts';

/**
 * Subjects of the roots that Amazon Trust Services runs (amazontrust.com/repository): four of its
 * own and the Starfield services root it bought. The list they are picked from is the one bundled
 * with the runtime, which NODE_EXTRA_CA_CERTS and the system store do not reach.
 */
const amazonSubjects: readonly { readonly organisation: string; readonly name: RegExp }[] = [
  { organisation: 'Amazon', name: /^Amazon Root CA [1-4]$/ },
  {
    organisation: 'Starfield Technologies, Inc.',
    name: /^Starfield Services Root Certificate Authority - G2$/,
  },
];

function subjectField(subject: string, field: string): string | null {
  const line = subject.split('\n').find((text) => text.startsWith(`${field}=`));
  return line === undefined ? null : line.slice(field.length + 1).replace(/\\(.)/g, '$1');
}

/** True for a root certificate that Amazon runs, by its subject. Issuer and subject must agree. */
export function isAmazonRoot(pem: string): boolean {
  const certificate = new X509Certificate(pem);
  if (certificate.issuer !== certificate.subject || !certificate.ca) return false;
  const organisation = subjectField(certificate.subject, 'O');
  const name = subjectField(certificate.subject, 'CN');
  return amazonSubjects.some(
    (root) => root.organisation === organisation && name !== null && root.name.test(name),
  );
}

let amazonRoots: readonly string[] | null = null;

/** Amazon's roots out of the bundled list. */
export function amazonRootCertificates(): readonly string[] {
  amazonRoots ??= rootCertificates.filter(isAmazonRoot);
  return amazonRoots;
}

/**
 * What a connection trusts when nothing else was chosen. The endpoints of AWS China and of the
 * isolated partitions are run by others, so Amazon's own roots cannot be taken for granted there.
 */
export const defaultTls = (partition: Partition): TlsChoice =>
  partition === 'aws' || partition === 'aws-us-gov' || partition === 'aws-eusc'
    ? { kind: 'amazon-roots' }
    : { kind: 'global-roots' };

export type TlsOptions = Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'minVersion'> & {
  readonly rejectUnauthorized: true;
  readonly checkServerIdentity?: () => undefined;
};

/**
 * Everything is set here rather than left to defaults, because the defaults listen to
 * NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS.
 * @throws OperationError BAD_INPUT for a CA or client certificate that cannot be read
 */
export function tlsOptions(choice: TlsChoice): TlsOptions {
  const base = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;
  switch (choice.kind) {
    case 'amazon-roots':
      return { ...base, ca: [...amazonRootCertificates()] };
    case 'global-roots':
      return { ...base, ca: [...rootCertificates] };
    case 'custom-ca': {
      checkPem(choice.caPem, 'tls.ca');
      if (choice.client) checkPem(choice.client.certificatePem, 'tls.clientCertificate');
      return {
        ...base,
        ca: [choice.caPem],
        ...(choice.validateHost ? {} : { checkServerIdentity: () => undefined }),
        ...(choice.client
          ? {
              cert: choice.client.certificatePem,
              key: choice.client.privateKeyPem.use((bytes) => Buffer.from(bytes)),
            }
          : {}),
      };
    }
  }
}

/** The exceptions that a TLS choice amounts to. */
export function tlsExceptions(choice: TlsChoice): readonly ConnectionException[] {
  if (choice.kind === 'amazon-roots') return [];
  if (choice.kind === 'global-roots') return ['public-roots'];
  return choice.validateHost ? ['custom-ca'] : ['custom-ca', 'host-not-validated'];
}

function checkPem(pem: string, field: string): void {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || pem.length > 256 * 1024) {
    throw new OperationError('BAD_INPUT', { field, problem: 'no PEM certificate' });
  }
  for (const block of blocks) {
    try {
      void new X509Certificate(block);
    } catch (cause) {
      throw new OperationError('BAD_INPUT', { field, problem: 'not a certificate' }, { cause });
    }
  }
}
