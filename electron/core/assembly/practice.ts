import type { z } from 'zod';
import type { practiceOps, practiceStatus } from '../../../shared/contract/practice.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { practiceAccount } from '../../../shared/model/practice-account.ts';
import { findSoftHsm } from '../hsm/soft-token.ts';
import { Secret } from '../kernel/secret.ts';
import type { DomainModel } from '../keystore/domain.ts';
import type { Credential } from '../keystore/rows.ts';
import type { Noun } from '../operations/context.ts';
import type { HostPorts } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { fetchJson, type PracticeAddress, PracticeProcess } from './practice-process.ts';
import { dropPracticePin, keepPracticePin, makePracticeToken } from './practice-token.ts';
import type { Token } from './token.ts';

type Status = z.output<typeof practiceStatus>;
type KeysIn = z.output<typeof practiceOps.setUp.input>['keysIn'];

/** Writes one audit record; inside a change it stands or falls with it. */
type Note = (objects: readonly string[], details: Readonly<Record<string, string>>) => void;

/** What the keystore remembers of its practice KMS. */
interface Kept {
  /** Where it was last reached. */
  readonly url: string | null;
  /** The credential that `setUp` imported. */
  readonly credentialId: string | null;
}

export interface PracticeParts {
  readonly ports: HostPorts;
  readonly keystorePath: string;
  readonly longLived: boolean;
  readonly store: Store;
  readonly domain: DomainModel;
  readonly token: Token;
  readonly changed: (what: Noun, ...ids: string[]) => void;
  /** Ends open connections of a credential. */
  readonly forget: (credentialId: string) => void;
  /** Asks the practice KMS who a credential is and keeps the answer. */
  readonly test: (credential: Credential) => Promise<Credential>;
}

const setting = 'practice';
const credentialName = 'practice';

/** The practice KMS of a practice keystore, and what a first rehearsal needs. */
export class Practice {
  readonly #parts: PracticeParts;
  readonly #process: PracticeProcess;
  #starting: Promise<void> = Promise.resolve();

  constructor(parts: PracticeParts) {
    this.#parts = parts;
    this.#process = new PracticeProcess(parts.ports, `${parts.keystorePath}.practice-kms`, () =>
      parts.changed('practice'),
    );
  }

  async status(): Promise<Status> {
    const credential = this.#credential();
    const ours = this.#process.address;
    return {
      url: ours?.url ?? (await reached(credential?.endpoint ?? null)),
      ours: ours !== null,
      softHsm: findSoftHsm() !== null,
      credential: credential?.name ?? null,
      account: credential?.account ?? null,
      calls: await this.#process.calls(),
    };
  }

  /**
   * Where the practice KMS that this process started is controlled; one that starts just now, as
   * after every unlocking, is waited for.
   * @throws OperationError REALM_MISMATCH, PRACTICE_NOT_RUNNING
   */
  async controlUrl(): Promise<string> {
    await this.settled();
    return this.#address().controlUrl;
  }

  /** Its address for calls. @throws OperationError as for `controlUrl`, waiting for none */
  get url(): string {
    return this.#address().url;
  }

  /** The credential of the practice account in this keystore; null before it was set up. */
  get credentialId(): string | null {
    return this.#credential()?.id ?? null;
  }

  /** @throws OperationError REALM_MISMATCH, NEEDS_DAEMON, PRACTICE_NOT_STARTED */
  start(note: Note): Promise<void> {
    const work = this.#start(note);
    this.#starting = work.catch(() => undefined);
    return work;
  }

  async #start(note: Note): Promise<void> {
    this.requirePractice();
    if (!this.#parts.longLived) throw new OperationError('NEEDS_DAEMON');
    const before = this.#process.address;
    const { url } = await this.#process.start();
    if (before?.url === url) return;
    this.#move(url, note);
    this.#parts.changed('practice');
  }

  /** @throws OperationError as `start`; NAME_TAKEN, HSM_*, and what asking the practice KMS throws */
  async setUp(keysIn: KeysIn, note: Note): Promise<void> {
    this.requirePractice();
    if (keysIn === 'softhsm' && findSoftHsm() === null && this.#parts.token.binding === null) {
      const problem = 'SoftHSM, or pkcs11js which loads it, is not on this computer';
      throw new OperationError('HSM_MODULE_UNUSABLE', { problem, reason: 'no-softhsm' });
    }
    await this.start(note);
    const credential = this.#import(note);
    if (credential.connection !== 'Connected') await this.#parts.test(credential);
    if (keysIn === 'softhsm') await this.#place(note);
    this.#parts.changed('practice');
  }

  /** After unlocking, in a process that stays: what was set up here goes on. */
  async begin(note: Note): Promise<void> {
    const { longLived, store, token, ports } = this.#parts;
    if (!longLived || store.realm !== 'practice' || this.#kept().credentialId === null) return;
    try {
      await this.start(note);
      if (token.binding?.practiceFolder !== undefined) await token.wake();
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      ports.log.log('warn', 'practice-not-begun', { code: error.code });
    }
  }

  /** Resolves when a start that is under way is over: whoever needs it waits that long. */
  settled(): Promise<void> {
    return this.#starting;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  /** Ends the one that was started here, because a person asked for it. */
  async stopAsked(): Promise<void> {
    await this.settled();
    this.#address();
    await this.stop();
    this.#parts.changed('practice');
  }

  #address(): PracticeAddress {
    this.requirePractice();
    const { address } = this.#process;
    if (address === null) throw new OperationError('PRACTICE_NOT_RUNNING');
    return address;
  }

  /** @throws OperationError REALM_MISMATCH */
  requirePractice(): void {
    const { realm } = this.#parts.store;
    if (realm !== 'practice')
      throw new OperationError('REALM_MISMATCH', { keystore: realm, deed: 'practise' });
  }

  #kept(): Kept {
    const kept = this.#parts.domain.settings.read(setting) as Kept | null;
    return kept ?? { url: null, credentialId: null };
  }

  /**
   * The one that was set up here, else one of the practice account that a person imported. While one
   * runs here, only what goes to that one: another practice KMS knows the same account.
   */
  #credential(): Credential | null {
    if (this.#parts.store.realm !== 'practice') return null;
    const { credentials } = this.#parts.domain;
    const { credentialId } = this.#kept();
    const ours = this.#process.address;
    const fitting = credentials
      .list()
      .filter((each) => each.id === credentialId || isOfPracticeAccount(each))
      .filter(({ endpoint }) => ours === null || sameOrigin(endpoint, ours.url));
    return fitting.find(({ id }) => id === credentialId) ?? fitting[0] ?? null;
  }

  /** Credentials that went to where it was last go to where it is now. */
  #move(url: string, note: Note): void {
    const { store, domain, forget, changed } = this.#parts;
    const former = this.#kept();
    const moved = domain.credentials.list().filter(({ id, endpoint }) => {
      const here = id === former.credentialId || (endpoint !== null && endpoint === former.url);
      return here && endpoint !== url;
    });
    store.change(() => {
      for (const { id } of moved) domain.credentials.moveEndpoint(id, url);
      domain.settings.write(setting, { ...former, url });
      note(
        moved.map(({ id }) => id),
        { url },
      );
    });
    for (const { id } of moved) forget(id);
    if (moved.length > 0) changed('credential', ...moved.map(({ id }) => id));
  }

  #import(note: Note): Credential {
    const { store, domain, changed } = this.#parts;
    const kept = this.#kept();
    const own = domain.credentials.byId(kept.credentialId ?? '');
    if (own) return own;
    const named = domain.credentials.list().find(({ name }) => name === credentialName);
    if (named && !isOfPracticeAccount(named))
      throw new OperationError('NAME_TAKEN', { what: 'credential', name: credentialName });
    const secretAccessKey = Secret.adopt(Buffer.from(practiceAccount.secretAccessKey, 'utf8'));
    try {
      const credential = store.change(() => {
        const made = named
          ? domain.credentials.moveEndpoint(named.id, kept.url ?? '')
          : domain.credentials.add(newCredential(kept.url), { secretAccessKey });
        domain.settings.write(setting, { ...kept, credentialId: made.id });
        note([made.id], { name: made.name });
        return made;
      });
      this.#parts.forget(credential.id);
      changed('credential', credential.id);
      return credential;
    } finally {
      secretAccessKey.dispose();
    }
  }

  /** A token of its own for this keystore; one that is attached already stays the place for keys. */
  async #place(note: Note): Promise<void> {
    const { ports, store, token, changed } = this.#parts;
    if (token.binding) {
      if (token.binding.practiceFolder !== undefined) await token.wake();
      return;
    }
    const fresh = await makePracticeToken(ports, store);
    try {
      // Before it is attached: a token that is bound and whose PIN nobody knows is of no use.
      store.change(() => keepPracticePin(store, fresh));
      const { module, serial, label, folder } = fresh;
      const binding = await fresh.pin.use((pin) =>
        token.attach({
          module,
          serial,
          label,
          pin,
          createMaster: true,
          secondCopy: null,
          practiceFolder: folder,
        }),
      );
      note([binding.serial], { label: binding.label, master: binding.master.id });
    } catch (error) {
      store.change(() => dropPracticePin(store, fresh.serial));
      throw error;
    } finally {
      fresh.pin.dispose();
      changed('hsm');
    }
  }
}

const isOfPracticeAccount = ({ kind, accessKeyId }: Credential): boolean =>
  kind === 'keys' && accessKeyId === practiceAccount.accessKeyId;

const sameOrigin = (endpoint: string | null, url: string): boolean =>
  endpoint !== null && new URL(endpoint).origin === new URL(url).origin;

const newCredential = (endpoint: string | null) =>
  ({
    name: credentialName,
    kind: 'keys',
    accessKeyId: practiceAccount.accessKeyId,
    endpoint,
    profile: null,
    sourceId: null,
    roleArn: null,
    externalId: null,
    mfaSerial: null,
    expiresAt: null,
  }) as const;

/** The address, where a practice KMS answers at it. None speaks TLS. */
async function reached(endpoint: string | null): Promise<string | null> {
  if (endpoint === null || !endpoint.startsWith('http:')) return null;
  const answer = await fetchJson(new URL('/.keyreeve-practice', endpoint));
  return (answer as { readonly practice?: unknown } | null)?.practice === true ? endpoint : null;
}
