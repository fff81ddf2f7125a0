import { OperationError } from '../../../shared/errors/operation-error.ts';
import { diskFailure } from '../store/disk-errors.ts';
import type { CertificateDesk } from '../xks/certificate/desk.ts';
import type { Access, HandlersOfNoun, OpenKeystore } from './context.ts';

type Verbs = 'certificate' | 'requestCertificate' | 'importCertificate';

/** The certificate that proxies of this keystore show. */
export const xksCertificateHandlers = (access: Access): Pick<HandlersOfNoun<'xks'>, Verbs> => ({
  certificate: () => view(access.open().desk.certificate),
  requestCertificate: async (input) => {
    const open = access.open();
    requireStore(open);
    const { certificate } = open.desk;
    const host = (input.host ?? onlyHost(open))?.toLowerCase() ?? null;
    if (host === null) throw bad('host', 'the stores have no endpoint of one name: say the host');
    const { waits, pending } = certificate.view();
    if (waits && !input.confirm) {
      const what = `give up the request ${pending ? `for ${pending.host}` : 'here'}, and its key`;
      throw new OperationError('CONFIRMATION_NEEDED', { what });
    }
    await certificate.request(host, input.key, open.clock.now()).catch(asDiskFailure);
    open.audit('OK', [], { host, key: input.key });
    open.changed('xks');
    return view(certificate);
  },
  importCertificate: async (input) => {
    const open = access.open();
    requireStore(open);
    const { certificate } = open.desk;
    const about = { host: onlyHost(open), now: open.clock.now(), anyAuthority: input.confirm };
    await certificate.take(input.chain, about).catch(asDiskFailure);
    const shown = view(certificate);
    const { fingerprint = '', issuer = '' } = shown.current ?? {};
    open.audit('OK', [], { fingerprint, issuer });
    open.changed('xks');
    return shown;
  },
});

const asDiskFailure = (error: unknown): never => {
  throw diskFailure(error, 'write the certificate');
};

function view(desk: CertificateDesk) {
  const { certificate, privateKey, current, waits, pending, problem } = desk.view();
  return {
    certificate,
    privateKey,
    waits,
    problem,
    current: current === null ? null : { ...current, names: [...current.names] },
    pending: pending === null ? null : { ...pending },
  };
}

function requireStore(open: OpenKeystore): void {
  if (open.xks.serving.storage === null) throw new OperationError('XKS_NO_STORE');
}

/** The name under which AWS comes to the proxies; null where stores have several, or none. */
function onlyHost(open: OpenKeystore): string | null {
  const endpoints = open.xks.stores.list().flatMap(({ endpoint }) => endpoint ?? []);
  const hosts = new Set(endpoints.map((each) => new URL(each).hostname));
  return hosts.size === 1 ? ([...hosts][0] ?? null) : null;
}

const bad = (field: string, problem: string) => new OperationError('BAD_INPUT', { field, problem });
