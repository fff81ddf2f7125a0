import { X509Certificate } from 'node:crypto';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { Partition } from '../regions.ts';
import type { Secret } from '../../kernel/secret.ts';
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

/** What an agent is given: whom it believes, and what it shows when it is asked. */
export interface TlsOptions {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: true;
  readonly checkServerIdentity?: () => undefined;
}

/**
 * Everything is set here rather than left to defaults, because the defaults listen to
 * NODE_TLS_REJECT_UNAUTHORIZED and NODE_EXTRA_CA_CERTS. A private key is held by the TLS library
 * only: nothing of it stays in the options.
 * @throws OperationError BAD_INPUT for a CA or client certificate that cannot be used
 */
export function tlsOptions(choice: TlsChoice): TlsOptions {
  switch (choice.kind) {
    case 'amazon-roots':
      return trusting({ ca: [...amazonRootCertificates()] });
    case 'global-roots':
      return trusting({ ca: [...rootCertificates] });
    case 'custom-ca': {
      checkPem(choice.caPem, 'tls.ca');
      if (choice.client) checkPem(choice.client.certificatePem, 'tls.clientCertificate');
      return {
        ...trusting({ ca: [choice.caPem], ...(choice.client ? { client: choice.client } : {}) }),
        ...(choice.validateHost ? {} : { checkServerIdentity: () => undefined }),
      };
    }
  }
}

/**
 * What is believed at which host. An authority of one's own stands for the address the credential
 * names; where that is not AWS's own, STS beside it still is, and is believed by either. It is shown
 * no client certificate.
 * @throws OperationError BAD_INPUT
 */
export function trustByHost(route: {
  readonly region: { readonly partition: Partition };
  readonly custom: string | null;
  readonly tls: TlsChoice;
}): (host: string) => TlsOptions {
  const { tls, custom } = route;
  if (tls.kind !== 'custom-ca') {
    let made: TlsOptions | null = null;
    return () => (made ??= tlsOptions(tls));
  }
  const own = tlsOptions(tls);
  if (custom === null) return () => own;
  const { hostname } = new URL(custom);
  let beside: TlsOptions | null = null;
  const { caPem } = tls;
  return (host) => {
    if (host === hostname) return own;
    const { kind } = defaultTls(route.region.partition);
    const usual = kind === 'amazon-roots' ? amazonRootCertificates() : rootCertificates;
    return (beside ??= trusting({ ca: [...usual, caPem] }));
  };
}

function trusting(wish: {
  readonly ca: string[];
  readonly client?: { readonly certificatePem: string; readonly privateKeyPem: Secret };
}): TlsOptions {
  const { ca, client } = wish;
  const key = client?.privateKeyPem.use((bytes) => Buffer.from(bytes));
  try {
    const shown = client && key ? { cert: client.certificatePem, key } : {};
    const secureContext = createSecureContext({ ca, minVersion: 'TLSv1.2', ...shown });
    return { secureContext, rejectUnauthorized: true };
  } catch (cause) {
    const problem = 'the TLS library cannot use these certificates';
    throw new OperationError('BAD_INPUT', { field: 'tls', problem }, { cause });
  } finally {
    key?.fill(0);
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
