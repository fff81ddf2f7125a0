import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CertificateKey } from '../../../../shared/model/xks.ts';
import { makeRequest } from '../../crypto/x509.ts';
import { replaceFile } from '../serving/set-file.ts';
import { type CertificateFacts, checkChain, factsOf } from './check-chain.ts';

/** Where the certificate of proxies lies, and the key of a request that is on its way. */
export const certificateFiles = (folder: string) => {
  const place = join(folder, 'certificate');
  return {
    place,
    certificate: join(place, 'chain.pem'),
    privateKey: join(place, 'private-key.pem'),
    request: join(place, 'request.json'),
    requestKey: join(place, 'request-key.pem'),
  };
};

export interface PendingRequest {
  readonly host: string;
  readonly csr: string;
  readonly madeAt: number;
}

export interface CertificateView {
  readonly certificate: string;
  readonly privateKey: string;
  readonly current: CertificateFacts | null;
  readonly pending: PendingRequest | null;
}

/**
 * The certificate that proxies of a serving folder show. Its private key is made here, lies in a
 * file that only its owner can read, and leaves this computer in no request.
 */
export class CertificateDesk {
  readonly #folder: () => string;

  constructor(folder: () => string) {
    this.#folder = folder;
  }

  view(): CertificateView {
    const { certificate, privateKey, request, requestKey } = this.#files;
    const there = existsSync(certificate) && existsSync(privateKey);
    const waits = existsSync(request) && existsSync(requestKey);
    return {
      certificate,
      privateKey,
      current: there ? factsOf(readFileSync(certificate, 'utf8')) : null,
      pending: waits ? (JSON.parse(readFileSync(request, 'utf8')) as PendingRequest) : null,
    };
  }

  /** A new key, and the request for it. One that is on its way is given up. */
  async request(host: string, kind: CertificateKey, madeAt: number): Promise<PendingRequest> {
    const { place, request, requestKey } = this.#files;
    const pair = newPair(kind);
    const made: PendingRequest = { host, csr: makeRequest(host, pair), madeAt };
    mkdirSync(place, { recursive: true, mode: 0o700 });
    // without its request a key names nothing: of a crash between the two nothing is left to use
    rmSync(request, { force: true });
    const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' });
    await replaceFile(requestKey, Buffer.from(pem));
    await replaceFile(request, Buffer.from(JSON.stringify(made)));
    return made;
  }

  /**
   * Takes the chain that was issued for the request, or anew for the key in use. Proxies show it
   * within about a second.
   * @throws OperationError BAD_INPUT with what is wrong; CONFIRMATION_NEEDED unless a public
   *   authority issued it or `anyAuthority` says so
   */
  async take(
    text: string,
    { host, now, anyAuthority }: { host: string | null; now: number; anyAuthority: boolean },
  ): Promise<void> {
    const files = this.#files;
    const { pending, current } = this.view();
    const source = pending === null ? files.privateKey : files.requestKey;
    const name = pending?.host ?? host ?? current?.names[0] ?? null;
    if (name === null || !existsSync(source))
      throw refused('no key here waits for a certificate; make a request first');
    const key = readKey(source);
    const checked = checkChain({ text, host: name, key, now });
    if (checked.problem !== null) throw refused(checked.problem);
    if (!checked.publicAuthority && !anyAuthority) {
      const what = 'serve a certificate that no public authority issued';
      throw new OperationError('CONFIRMATION_NEEDED', { what });
    }
    // A proxy that looks between the two finds that they do not fit, and looks again.
    if (pending !== null) await replaceFile(files.privateKey, readFileSync(source));
    await replaceFile(files.certificate, Buffer.from(checked.pem));
    rmSync(files.request, { force: true });
    rmSync(files.requestKey, { force: true });
  }

  get #files() {
    return certificateFiles(this.#folder());
  }
}

const refused = (problem: string): OperationError =>
  new OperationError('BAD_INPUT', { field: 'certificate', problem });

function newPair(kind: CertificateKey): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'RSA-3072') return generateKeyPairSync('rsa', { modulusLength: 3072 });
  return generateKeyPairSync('ec', { namedCurve: kind });
}

function readKey(file: string): KeyObject {
  const bytes = readFileSync(file);
  try {
    return createPrivateKey(bytes);
  } finally {
    bytes.fill(0);
  }
}
