import { existsSync } from 'node:fs';
import type { LockNote } from '../../../shared/contract/session.ts';
import type { Operation } from '../../../shared/contract/op.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { Caller, CoreConfig, DoorNote } from '../core.ts';
import type { HostPorts } from '../ports.ts';
import type { Noun } from '../operations/context.ts';
import { createKeystore, openKeystore, type OpenKeystore } from '../store/keystore-file.ts';
import type { NewSlot, UnlockWith } from '../store/slots/slot-kinds.ts';
import type { Realm, StoreCondition } from '../store/store.ts';
import { type OwnSettings, readOwnSettings } from '../keystore/own-settings.ts';
import { createSettings } from '../keystore/settings.ts';
import type { CallContext } from './call-context.ts';
import { isPersonAtWork, nobody, who } from './callers.ts';
import { ConsoleEntry } from './console-entry.ts';
import { DoorNotes } from './door-notes.ts';
import { IdleLock } from './idle-lock.ts';
import { LockNotes, type LockWish } from './lock-notes.ts';
import type { Opened } from './opened.ts';
import { UnderWay } from './under-way.ts';

/** How long a lock waits for changes that are under way. Milliseconds. */
export const lockPatience = 5_000;

export type SessionState = 'absent' | 'locked' | 'locking' | StoreCondition;

export interface SessionParts {
  readonly ports: HostPorts;
  readonly config: CoreConfig;
  readonly calls: CallContext;
  readonly changed: (what: Noun, ...ids: string[]) => void;
  /** The keystore is being opened: what calls to an open one need can be loaded meanwhile. */
  readonly expectCalls: () => void;
}

type MakeOpened = typeof Opened;

/**
 * The one keystore this core is for: absent, locked, or open. Opening, locking, creating and
 * restoring exclude each other.
 */
export class Session {
  readonly path: string;
  readonly #parts: SessionParts;
  readonly #idle: IdleLock;
  readonly #lockNotes: LockNotes;
  readonly #console: ConsoleEntry;
  readonly #door = new DoorNotes();
  #opened: Opened | null = null;
  #calls: UnderWay;
  #verifying: Promise<void> = Promise.resolve();
  #turn: Promise<unknown> = Promise.resolve();
  #formerEnd: string | null;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.path = parts.config.keystorePath;
    this.#formerEnd = parts.config.formerEnd ?? null;
    this.#console = new ConsoleEntry(this.path);
    const { clock } = parts.ports;
    this.#lockNotes = new LockNotes(clock, parts.config.formerLock ?? null, this.#formerEnd);
    this.#calls = new UnderWay(this.path);
    this.#idle = new IdleLock({
      clock,
      minutes: () => this.#own?.autoLockMinutes ?? null,
      lock: () => this.#lockIdle(),
      moved: () => parts.changed('session'),
    });
  }

  get #own(): OwnSettings | null {
    const open = this.#opened?.open;
    return open ? readOwnSettings(open.settings, open.store.realm) : null;
  }

  /** How the keystore stands for somebody who sees `opened` of it. */
  stateOf(opened: Opened | null): SessionState {
    if (opened) return this.#lockNotes.locking ? 'locking' : opened.file.store.condition;
    return existsSync(this.path) ? 'locked' : 'absent';
  }

  /** Why it is locked or being locked, for somebody who sees `opened` of it. */
  lockNoteOf(opened: Opened | null): LockNote | null {
    const hidden = this.#opened !== opened;
    return hidden ? null : this.#lockNotes.note;
  }

  /** What a caller may see: a keystore that it may not use is a locked one. */
  shownTo(caller: Caller): Opened | null {
    return this.#console.sees(caller, this.#own) ? this.#opened : null;
  }

  /** @throws OperationError KEYSTORE_LOCKED */
  get opened(): Opened {
    if (!this.#opened) throw new OperationError('KEYSTORE_LOCKED', { path: this.path });
    return this.#opened;
  }

  get maybe(): Opened | null {
    return this.#opened;
  }

  /**
   * A process that lives for one command waits for the check of the keystore; a longer lived one
   * says that it is still checking.
   * @throws OperationError KEYSTORE_LOCKED, KEYSTORE_CHECKING, KEYSTORE_READ_ONLY
   */
  async requireReady(needs: Operation['needs']): Promise<void> {
    if (needs === 'nothing') return;
    const { store } = this.opened.file;
    if (needs === 'readable') return;
    if (store.condition === 'checking') {
      if (this.#parts.config.longLived) throw new OperationError('KEYSTORE_CHECKING');
      await this.#verifying;
    }
    if (store.condition === 'read-only') {
      throw new OperationError('KEYSTORE_READ_ONLY', { reason: store.reason ?? '' });
    }
  }

  /**
   * Lets jobs run for whoever waits for one.
   * @throws OperationError as `requireReady` of a change: a job runs on checked ground only
   */
  async work(): Promise<void> {
    await this.requireReady('verified');
    await this.opened.work();
  }

  /**
   * Runs a call once the keystore is as it needs it, so that a lock knows of it.
   * @throws OperationError as `requireReady`, and KEYSTORE_LOCKED when it is locked meanwhile
   */
  async during<T>(
    { needs, effect }: Operation,
    work: () => Promise<T>,
    caller: Caller,
  ): Promise<T> {
    if (effect !== 'read' && isPersonAtWork(caller) && this.shownTo(caller)) this.touch();
    if (needs === 'nothing') return work();
    await this.requireReady(needs);
    this.#console.require(caller, this.#own);
    return this.#calls.run(effect, work);
  }

  /** When it locks by itself (wall clock ms); null: it does not. */
  get locksAt(): number | null {
    return this.#idle.locksAt;
  }

  /** A person is at work. */
  touch(): void {
    if (this.#opened && !this.#lockNotes.locking && this.#parts.config.idleLock) this.#idle.touch();
  }

  settingsChanged(): void {
    if (this.#own) this.#console.changed(this.#own);
    this.#idle.set();
  }

  create(realm: Realm, slot: NewSlot, caller: Caller): Promise<Opened> {
    return this.exclusively(async () => {
      this.requireLocked();
      // It would be locked again at once: nobody could have allowed it yet.
      if (realm === 'real' && caller.channel === 'console')
        throw new OperationError('CONSOLE_NOT_ALLOWED');
      const { ports, config } = this.#parts;
      const Made = await this.#load();
      const file = await createKeystore({
        path: this.path,
        realm,
        slot: { ...slot, ...(config.kdfCost && { cost: config.kdfCost }) },
        clock: ports.clock,
        random: ports.random,
      });
      const opened = this.#adopt(Made, file);
      file.store.change(() => {
        opened.open.device.designate();
        opened.audit.append({
          ...who(caller),
          action: 'keystore.create',
          outcome: 'OK',
          details: { realm },
        });
      });
      await this.#verifying;
      return opened;
    });
  }

  unlock(unlock: UnlockWith, caller: Caller): Promise<Opened> {
    return this.exclusively(async () => {
      if (this.#opened) {
        await this.#enter(this.#opened, unlock, caller);
        return this.#opened;
      }
      const { ports } = this.#parts;
      const opening = openKeystore({
        path: this.path,
        unlock,
        clock: ports.clock,
        random: ports.random,
      });
      const [file, Made] = await Promise.all([opening, this.#load()]);
      this.#closeUnlessAllowed(file, caller);
      const opened = this.#adopt(Made, file, () =>
        opened.audit.append({
          ...who(caller),
          action: 'keystore.unlock',
          outcome: 'OK',
          details: {
            slot: file.openedBy.label,
            mended: file.mended,
            ...this.#afterFormerEnd(),
          },
        }),
      );
      return opened;
    });
  }

  /**
   * Running steps finish, and changes that are under way for a while; secrets are wiped, the
   * keystore is closed. Nothing of it is shown from the first moment. Locked already: nothing.
   */
  lock(wish: LockWish): Promise<number> {
    this.#beginLock(wish);
    return this.exclusively(async () => {
      const opened = this.#opened;
      if (!opened) return 0;
      this.#beginLock(wish);
      this.#idle.end();
      await this.#verifying;
      const { stopping: paused, quiet } = opened.jobs.runner.pause();
      const left = this.#calls.leave(this.#parts.ports.clock, lockPatience);
      await Promise.all([quiet, left, opened.endLooks()]);
      this.#calls.end();
      try {
        await opened.close();
        await this.#noteLock(opened, wish, paused);
      } finally {
        this.#opened = null;
        this.#lockNotes.end();
        this.#parts.calls.leave();
        await opened.token.close().finally(() => opened.file.store.close());
        this.#parts.changed('session');
      }
      return paused;
    });
  }

  /** Waiting for its turn, a lock is told already: what it covers must not stay in sight. */
  #beginLock(wish: LockWish): void {
    if (!this.#opened || this.#lockNotes.locking) return;
    this.#lockNotes.begin(wish, this.#own?.autoLockMinutes ?? null);
    this.#parts.changed('session');
  }

  #lockIdle(): void {
    this.lock({ caller: nobody, why: 'idle' }).catch((error: unknown) => {
      const why = error instanceof Error ? (error.stack ?? error.message) : 'not an error';
      this.#parts.ports.log.log('error', 'idle-lock-failed', { error: why });
    });
  }

  /** A person decided that this older keystore is the one to go on with. */
  async acceptOlder(caller: Caller): Promise<void> {
    const { opened } = this;
    await this.#verifying;
    const numbers = await opened.acceptOlder();
    opened.audit.append({
      ...who(caller),
      action: 'keystore.accept-older',
      outcome: 'OK',
      details: { ...numbers },
    });
    this.#parts.changed('session');
  }

  /** Somebody came to a window or left. Written where the log takes records, else kept until then. */
  note(note: DoorNote, caller: Caller, written?: () => void): void {
    const opened = this.#opened;
    const takes = opened?.file.store.condition === 'verified' && !this.#lockNotes.locking;
    this.#door.note(takes ? opened.audit : null, { note, caller, written });
  }

  /** A core that ended unasked was locked by its end; the audit log hears of it once. */
  #afterFormerEnd(): { formerEnd?: string } {
    const formerEnd = this.#formerEnd;
    this.#formerEnd = null;
    return formerEnd === null ? {} : { formerEnd };
  }

  requireLocked(): void {
    if (this.#opened) throw new OperationError('KEYSTORE_EXISTS', { path: this.path });
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** It is open: only a console that does not see it yet still has to show what opens it. */
  async #enter(opened: Opened, unlock: UnlockWith, caller: Caller): Promise<void> {
    this.#console.requireAllowed(caller, this.#own);
    if (this.#console.sees(caller, this.#own)) return;
    const slot = await this.#console.enter(unlock);
    opened.audit.append({
      ...who(caller),
      action: 'keystore.unlock',
      outcome: 'OK',
      details: { slot: slot.label, wasOpen: true },
    });
    this.#parts.changed('session');
  }

  /** Before anything of it is shown or runs. */
  #closeUnlessAllowed({ store }: OpenKeystore, caller: Caller): void {
    try {
      this.#console.requireAllowed(caller, readOwnSettings(createSettings(store), store.realm));
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** Other threads are at work on the passphrase while this one loads what an open keystore needs. */
  async #load(): Promise<MakeOpened> {
    await this.#parts.ports.clock.yield();
    this.#parts.expectCalls();
    return (await import('./opened.ts')).Opened;
  }

  #adopt(Made: MakeOpened, file: OpenKeystore, whenVerified?: () => void): Opened {
    const opened = new Made({ ...this.#parts, file });
    this.#opened = opened;
    this.#lockNotes.opened();
    if (this.#own) this.#console.opened(this.#own);
    this.touch();
    this.#calls = new UnderWay(this.path);
    this.#verifying = this.#verify(opened, whenVerified);
    this.#parts.changed('session');
    return opened;
  }

  /** A failure here leaves the keystore readable; the log says why. */
  async #verify(opened: Opened, whenVerified?: () => void): Promise<void> {
    const { log } = this.#parts.ports;
    try {
      const condition = await opened.file.store.verify();
      // Changes are taken from now on: who waits for that need not wait for all that begins with it.
      this.#parts.changed('session');
      if (condition === 'verified') {
        whenVerified?.();
        this.#door.flush(opened.audit);
        await opened.begin();
      } else {
        log.log('error', 'keystore-read-only', { reason: opened.file.store.reason });
      }
    } catch (error) {
      log.log('error', 'keystore-verify-failed', {
        error: error instanceof Error ? (error.stack ?? error.message) : 'unknown',
      });
      // Readable, and no change on ground that nobody could check.
      const cause =
        error instanceof OperationError ? error : new OperationError('INTERNAL', { at: 'verify' });
      opened.file.store.hold('session', cause);
    } finally {
      this.#parts.changed('session');
    }
  }

  async #noteLock(opened: Opened, { caller }: LockWish, paused: number): Promise<void> {
    if (opened.file.store.condition !== 'verified') return;
    await opened.desk.noteReach();
    opened.audit.append({
      ...who(caller),
      action: 'keystore.lock',
      outcome: 'OK',
      details: { paused, cause: this.#lockNotes.note?.cause ?? '' },
    });
    await this.#leaveMarks(opened);
  }

  /** Signature and anchor need the HSM; where it is away they wait for the next time, and it is said. */
  async #leaveMarks(opened: Opened): Promise<void> {
    const { log } = this.#parts.ports;
    try {
      await opened.audit.checkpoint('lock');
      await opened.anchor.leave();
    } catch (error) {
      if (!(error instanceof OperationError)) throw error;
      log.log('warn', 'lock-left-no-mark', { code: error.code });
    }
  }
}
