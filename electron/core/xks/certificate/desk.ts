import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CertificateKey } from '../../../../shared/model/xks.ts';
import { makeRequest } from '../../crypto/x509.ts';
import { makeFolder } from '../../kernel/make-folder.ts';
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

const pendingRequest = z.strictObject({ host: z.string(), csr: z.string(), madeAt: z.int() });
export type PendingRequest = Readonly<z.output<typeof pendingRequest>>;

export interface CertificateView {
  readonly certificate: string;
  readonly privateKey: string;
  /** There are files for proxies to show, readable or not. */
  readonly imported: boolean;
  /** Null: there is none, or it cannot be read. */
  readonly current: CertificateFacts | null;
  /** A key waits for its certificate, whether or not its request can be read. */
  readonly waits: boolean;
  readonly pending: PendingRequest | null;
  /** What of it cannot be read, and what to do; null: nothing. */
  readonly problem: string | null;
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
    const imported = existsSync(certificate) && existsSync(privateKey);
    const waits = existsSync(request) && existsSync(requestKey);
    const current = imported ? factsOf(readFileSync(certificate, 'utf8')) : null;
    const pending = waits ? readRequest(request) : null;
    const problems = [
      ...(imported && current === null ? [unreadable(certificate, ofCertificate)] : []),
      ...(waits && pending === null ? [unreadable(request, ofRequest)] : []),
    ];
    const problem = problems.length === 0 ? null : problems.join(' ');
    return { certificate, privateKey, imported, current, waits, pending, problem };
  }

  /** A new key, and the request for it. One that is on its way is given up. */
  async request(host: string, kind: CertificateKey, madeAt: number): Promise<PendingRequest> {
    const { place, request, requestKey } = this.#files;
    const pair = newPair(kind);
    const made: PendingRequest = { host, csr: makeRequest(host, pair), madeAt };
    makeFolder(place);
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
    const { waits, pending, current } = this.view();
    const source = waits ? files.requestKey : files.privateKey;
    const name = pending?.host ?? host ?? (waits ? null : current?.names[0]) ?? null;
    if (!existsSync(source))
      throw refused('no key here waits for a certificate; make a request first');
    if (name === null)
      throw refused('its name cannot be read from the request here: make another request');
    const key = readKey(source);
    const checked = checkChain({ text, host: name, key, now });
    if (checked.problem !== null) throw refused(checked.problem);
    if (!checked.publicAuthority && !anyAuthority) {
      const what = 'serve a certificate that no public authority issued';
      throw new OperationError('CONFIRMATION_NEEDED', { what });
    }
    // A proxy that looks between the two finds that they do not fit, and looks again.
    if (waits) await replaceFile(files.privateKey, readFileSync(source));
    await replaceFile(files.certificate, Buffer.from(checked.pem));
    rmSync(files.request, { force: true });
    rmSync(files.requestKey, { force: true });
  }

  get #files() {
    return certificateFiles(this.#folder());
  }
}

const ofCertificate = 'import a certificate again, or request another one';
const ofRequest = 'import what was issued for it, or make another request';

const unreadable = (file: string, wayOn: string): string =>
  `${basename(file)} cannot be read: ${wayOn}.`;

/** Null: it is not what was written there. */
function readRequest(file: string): PendingRequest | null {
  try {
    return pendingRequest.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
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
  } catch {
    const what = `the key it was asked for with, ${basename(file)}, cannot be read`;
    throw refused(`${what}: make another request`);
  } finally {
    bytes.fill(0);
  }
}
