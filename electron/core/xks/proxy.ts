import type { HsmDriver } from '../hsm/driver.ts';
import type { Clock, Logger, RandomBytes } from '../ports.ts';
import { AuditUnavailable, type AuditLog } from './audit/segment.ts';
import type { XksRecord } from './audit/record.ts';
import type { Bindings } from './bindings.ts';
import { decrypt, describeKey, encrypt, type KeyWork } from './key-calls.ts';
import type { Health, HealthWatch } from './health.ts';
import { Figures } from './figures.ts';
import { RefusedKmsKeys } from './refused-keys.ts';
import { answerWithin, Deadlines, Quota } from './load.ts';
import { type Dossier, openDossier, recordOf } from './dossier.ts';
import { Strangers } from './strangers.ts';
import type { IndexedStore, KnownCredential, SetIndex } from './serving/index-set.ts';
import { checkAccounts, checkRules } from './rules/authorize.ts';
import {
  failureAnswer,
  methodAnswer,
  okAnswer,
  type XksAnswer,
  XksFailure,
} from './wire/errors.ts';
import { type JsonObject, readJsonBody } from './wire/json-body.ts';
import { readPath, type XksPath } from './wire/path.ts';
import { readMetadata, type RequestMetadata } from './wire/requests.ts';
import { SignatureCheck } from './wire/sigv4.ts';

/** A request, read completely. */
export interface XksRequest {
  readonly method: string;
  /** The request target as received. */
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

export interface ProxyPorts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Logger;
}

export interface ProxyParts {
  readonly device: Pick<HsmDriver, 'gcmEncrypt' | 'gcmDecrypt'>;
  /** The set that is served now. */
  index(): SetIndex;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly bindings: Bindings;
  readonly health: Pick<HealthWatch, 'current' | 'worked' | 'missed'>;
  /** What KMS is told about this proxy and its key manager. */
  describe(health: Health): object;
  /** Requests worked on at the same time; one more is told to come back later. */
  readonly mostAtOnce: number;
}

/** A dispatcher of the API: checks in a fixed order, works, and answers in time or with an error. */
export class XksProxy {
  readonly #ports: ProxyPorts;
  readonly #parts: ProxyParts;
  readonly #signatures: SignatureCheck;
  readonly #deadlines: Deadlines;
  readonly #strangers: Strangers;
  readonly #quotas = new Map<string, Quota>();
  readonly counts = new Map<string, number>();
  readonly figures: Figures;
  readonly refusedKmsKeys: RefusedKmsKeys;
  #requests = 0;
  #inFlight = 0;

  constructor(ports: ProxyPorts, parts: ProxyParts) {
    this.#ports = ports;
    this.#parts = parts;
    this.#signatures = new SignatureCheck(ports.clock, ports.random);
    this.#deadlines = new Deadlines(ports.clock);
    this.#strangers = new Strangers(ports.clock);
    this.figures = new Figures(ports.clock);
    this.refusedKmsKeys = new RefusedKmsKeys(ports.clock);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Never rejects, and answers within 200 ms whatever device and disk do. */
  handle(request: XksRequest): Promise<XksAnswer> {
    const path = readPath(request.target);
    if (path !== null && request.method !== 'POST') return Promise.resolve(methodAnswer);
    const begun = this.#ports.clock.monotonic();
    const dossier = openDossier(++this.#requests, path, this.#parts.index().set.revision);
    if (this.#inFlight >= this.#parts.mostAtOnce) {
      // not waited for: who has no time for the request has none for the disk
      const failure = new XksFailure('ThrottlingException', 'Too many requests at once.');
      return Promise.resolve(this.#noted(dossier, failure, begun));
    }
    this.#inFlight++;
    return new Promise((resolve) => {
      const late = (): void => {
        dossier.late = true;
        const message = 'The key manager or the disk did not answer in time.';
        resolve(this.#noted(dossier, new XksFailure('DependencyTimeoutException', message), begun));
      };
      const inTime = this.#deadlines.begin(answerWithin, late);
      const settle = (answer: XksAnswer): void => {
        inTime();
        this.#inFlight--;
        resolve(answer);
      };
      const overdue = (): boolean => {
        // whoever looks at the deadlines may have been held up with everything else
        if (!dossier.late && this.#ports.clock.monotonic() - begun >= answerWithin) late();
        return dossier.late;
      };
      void this.#answer(request, path, dossier, { begun, overdue }).then(settle);
    });
  }

  async #answer(
    request: XksRequest,
    path: XksPath | null,
    dossier: Dossier,
    { begun, overdue }: { readonly begun: number; readonly overdue: () => boolean },
  ): Promise<XksAnswer> {
    let answer: XksAnswer;
    let failure: XksFailure | null = null;
    try {
      answer = okAnswer(await this.#work(request, path, dossier));
    } catch (error) {
      failure = asFailure(error);
      if (failure.errorName === 'InternalException') this.#report(error);
      if (failure.detail?.startsWith('HSM_MASTER_MISSING')) this.#parts.health.missed();
      this.refusedKmsKeys.note(dossier, failure);
      answer = failureAnswer(failure);
    }
    if (overdue()) return answer; // already answered and recorded as late
    if (!this.#strangers.isListed(dossier)) {
      this.#count(failure?.errorName ?? 'ok', begun);
      return answer;
    }
    try {
      await this.#parts.audit.append(this.#record(dossier, answer.status, failure, begun));
      if (!overdue()) this.#count(failure?.errorName ?? 'ok', begun);
      return answer;
    } catch (error) {
      this.#report(error);
      if (!overdue()) this.#count('InternalException', begun);
      const message = 'The request could not be recorded, so nothing is answered.';
      return failureAnswer(new XksFailure('InternalException', message));
    }
  }

  async #work(request: XksRequest, path: XksPath | null, dossier: Dossier): Promise<object> {
    if (path === null) throw noSuchPath();
    const { store, metadata, body } = this.#admit(request, path, dossier);
    if (path.api === 'GetHealthStatus') {
      return this.#parts.describe(await this.#parts.health.current());
    }
    const { clock } = this.#ports;
    const work: KeyWork = { ...this.#parts, clock, store, metadata, dossier };
    if (path.api === 'GetKeyMetadata') return describeKey(work, path.keyId ?? '');
    const perform = path.api === 'Encrypt' ? encrypt : decrypt;
    const done = await perform(work, path.keyId ?? '', body);
    this.#parts.health.worked();
    return done;
  }

  /** Everything that can be said before a key is looked up. */
  #admit(
    request: XksRequest,
    path: XksPath,
    dossier: Dossier,
  ): { store: IndexedStore; metadata: RequestMetadata; body: JsonObject } {
    const credential = this.#authenticate(request, path);
    dossier.accessKeyId = credential.accessKeyId;
    const { indexed } = credential;
    if (indexed.store.prefix !== path.prefix) throw this.#wrongPrefix(path);
    dossier.store = indexed.store.id;
    requireJson(request.rawHeaders);
    const body = readJsonBody(request.body);
    const metadata = readMetadata(path.api, body);
    dossier.metadata = metadata;
    if (path.api !== 'GetHealthStatus') this.#permit(indexed, metadata, dossier);
    return { store: indexed, metadata, body };
  }

  #authenticate(request: XksRequest, path: XksPath): KnownCredential {
    const { credentials } = this.#parts.index();
    const signed = { ...request, path: request.target };
    const found = this.#signatures.verify(signed, (claim) => {
      const known = credentials.get(claim.accessKeyId);
      const regions = known?.indexed.store.regions ?? null;
      if (known === undefined) return null;
      return regions === null || regions.includes(claim.region) ? known : null;
    });
    if (found !== null) return found;
    const message = `The signature of the ${path.api} request is not one of a known credential.`;
    throw new XksFailure('AuthenticationFailedException', message);
  }

  /** A credential opens its own store; at another store's door it is a wrong one. */
  #wrongPrefix(path: XksPath): XksFailure {
    if (!this.#parts.index().prefixes.has(path.prefix)) return noSuchPath();
    const message = 'The credential belongs to another key store.';
    return new XksFailure('AuthenticationFailedException', message);
  }

  #permit({ store }: IndexedStore, metadata: RequestMetadata, dossier: Dossier): void {
    if (store.quota !== null) {
      const quota = this.#quotas.get(store.id) ?? new Quota(this.#ports.clock);
      this.#quotas.set(store.id, quota);
      if (!quota.take(store.quota)) {
        throw new XksFailure('ThrottlingException', 'The request quota of this store is used up.');
      }
    }
    if (store.blocked) {
      throw new XksFailure('InvalidStateException', 'This key store is blocked by its owner.');
    }
    dossier.require(checkAccounts(store.accounts, metadata), 'enforce');
    dossier.require(checkRules(store.rules, metadata), store.rules.mode);
  }

  /** Records a refusal that is not waited for. */
  #noted(dossier: Dossier, failure: XksFailure, begun: number): XksAnswer {
    const answer = failureAnswer(failure);
    this.#count(failure.errorName, begun);
    if (!this.#strangers.isListed(dossier)) return answer;
    this.#parts.audit
      .append(this.#record(dossier, answer.status, failure, begun))
      .catch((error: unknown) => this.#report(error));
    return answer;
  }

  #record(dossier: Dossier, status: number, failure: XksFailure | null, begun: number): XksRecord {
    const tookUs = Math.round((this.#ports.clock.monotonic() - begun) * 1000);
    return recordOf(dossier, { status, failure, tookUs });
  }

  #count(verdict: string, begun: number): void {
    this.figures.add(verdict, this.#ports.clock.monotonic() - begun);
    this.counts.set(verdict, (this.counts.get(verdict) ?? 0) + 1);
  }

  #report(error: unknown): void {
    const cause = error instanceof XksFailure ? error.detail : null;
    const name = error instanceof Error ? error.name : typeof error;
    this.#ports.log.log('error', 'xks.internal', { name, cause });
  }
}

const noSuchPath = (): XksFailure =>
  new XksFailure('InvalidUriPathException', 'No key store is served under this path.');

/** The media type must be JSON; parameters behind it are not looked at. */
function requireJson(rawHeaders: readonly string[]): void {
  const given: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'content-type') given.push(rawHeaders[at + 1] ?? '');
  }
  const [type = ''] = given;
  const media = type.split(';')[0]?.trim().toLowerCase();
  if (given.length === 1 && media === 'application/json') return;
  throw new XksFailure('ValidationException', 'The Content-Type is not application/json.');
}

function asFailure(error: unknown): XksFailure {
  if (error instanceof XksFailure) return error;
  const detail = error instanceof AuditUnavailable ? 'audit' : null;
  return new XksFailure('InternalException', 'The proxy failed.', detail);
}
