import type { z } from 'zod';
import type { keystoreStatus } from '../../../shared/contract/keystore.ts';
import type { TokenPlace } from '../../../shared/contract/shapes.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { Secret } from '../kernel/secret.ts';
import type { Caller } from '../core.ts';
import type { HandlersOfNoun } from '../operations/context.ts';
import type { HostPorts } from '../ports.ts';
import { lookAtCopy } from '../store/backup/look-at-copy.ts';
import { requirePlace } from '../store/backup/place.ts';
import { peekKeystore } from '../store/keystore-file.ts';
import type { NewSlot, UnlockWith } from '../store/slots/slot-kinds.ts';
import { restoreKeystore, verifyBackupAt } from './restoring.ts';
import { type OpeningToken, openingToken, type SlotsSeen } from './opening-token.ts';
import type { Session } from './session.ts';

type Status = z.output<typeof keystoreStatus>;
type Handlers = HandlersOfNoun<'keystore'>;

/** What is shown of a keystore in any state; a closed one shows only what its slot header says. */
export function statusOf(session: Session, opened = session.maybe): Status {
  const nothing = {
    path: session.path,
    state: session.stateOf(opened),
    reason: null,
    storeId: null,
    realm: null,
    slots: [],
    backup: {
      place: null,
      trouble: null,
      sameDisk: null,
      lastFullAt: null,
      lastIncrementAt: null,
      lastVerifiedAt: null,
    },
    anchor: 'not-read' as const,
    runningJobs: 0,
    needsYou: 0,
  };
  if (!opened) {
    if (nothing.state === 'absent') return nothing;
    const seen = peekKeystore(session.path);
    return { ...nothing, storeId: seen.storeId, realm: seen.realm, slots: [...seen.slots] };
  }
  const { store, slots } = opened.file;
  const counts = opened.open.jobs.counts();
  return {
    ...nothing,
    reason: store.reason,
    storeId: store.id,
    realm: store.realm,
    slots: slots.list(),
    backup: opened.backups.status(),
    anchor: opened.anchor.finding,
    runningJobs: counts.running,
    needsYou: counts.needsYou,
  };
}

/** The keystore stands when only its first backup failed: whoever is told must not take it for unmade. */
function rethrowAsMade(error: unknown): never {
  if (!(error instanceof OperationError)) throw error;
  const { code, details, external } = error.toFailure();
  const options = { ...(external ? { external } : {}), cause: error };
  throw new OperationError(code, { ...details, made: true }, options);
}

/** What a person brings to open a keystore or a backup. */
interface Brought {
  readonly slot?: string | undefined;
  readonly passphrase?: Uint8Array | undefined;
  readonly pin?: Uint8Array | undefined;
  readonly token?: TokenPlace | undefined;
  readonly confirmLastTry: boolean;
}

/** Takes the passphrase and PIN a person brought and gives what opens those slots with them. */
async function withUnlock<T>(
  ports: HostPorts,
  look: () => SlotsSeen,
  input: Brought,
  work: (unlock: UnlockWith) => Promise<T>,
): Promise<T> {
  const { slot, pin, token: place, confirmLastTry } = input;
  const passphrase = input.passphrase ? Secret.copyOf(input.passphrase) : undefined;
  let token: OpeningToken | null = null;
  try {
    if (pin) token = await openingToken(ports, look(), { slot, pin, confirmLastTry, token: place });
    const done = await work({ slot, passphrase, hsm: token?.seal });
    token?.remember();
    return done;
  } finally {
    passphrase?.dispose();
    await token?.close();
  }
}

/** Life of the keystore file: create, open, lock, slots, backups. */
export const keystoreHandlers = (session: Session, ports: HostPorts): Handlers => ({
  ...lifeHandlers(session, ports),
  ...slotHandlers(session),
  ...backupHandlers(session, ports),
});

const lifeHandlers = (
  session: Session,
  ports: HostPorts,
): Pick<Handlers, 'status' | 'create' | 'unlock' | 'lock' | 'allowSoftwareModuleToAws'> => ({
  status: (_input, caller) => statusOf(session, session.shownTo(caller)),

  create: async (input, caller) => {
    const slot: NewSlot = {
      kind: 'passphrase',
      label: input.slotLabel,
      passphrase: Secret.copyOf(input.passphrase),
    };
    try {
      if (input.realm === 'real' && input.backupPlace === null)
        throw new OperationError('BACKUP_PLACE_MISSING', { at: 'creation' });
      // before anything is made: bad input changes nothing
      if (input.backupPlace !== null) requirePlace(input.backupPlace, session.path);
      const opened = await session.create(input.realm, slot, caller);
      if (input.backupPlace !== null)
        await opened.backups.setPlace(input.backupPlace).catch(rethrowAsMade);
      return statusOf(session);
    } finally {
      slot.passphrase.dispose();
    }
  },

  unlock: async (input, caller) => {
    const look = () => peekKeystore(session.path);
    await withUnlock(ports, look, input, (unlock) => session.unlock(unlock, caller));
    if (input.acceptOlder) await session.acceptOlder(caller);
    return statusOf(session);
  },

  lock: async ({ why }, caller) => ({ pausedJobs: await session.lock({ caller, why }) }),

  allowSoftwareModuleToAws: (input) => {
    const { open } = session.opened;
    if (!input.confirm) {
      throw new OperationError('CONFIRMATION_NEEDED', {
        what: 'send keys made by a software module to real AWS',
      });
    }
    open.store.change(() => {
      open.settings.write('software-module-to-aws', { allowed: true, at: open.clock.now() });
      open.audit('OK', []);
    });
    open.changed('setting');
    return {};
  },
});

const slotHandlers = (
  session: Session,
): Pick<Handlers, 'passphrase' | 'addSlot' | 'removeSlot'> => ({
  passphrase: async (input) => {
    const { file, open } = session.opened;
    const current = Secret.copyOf(input.current);
    const replacement = Secret.copyOf(input.replacement);
    try {
      const slot = await file.slots.changePassphrase({ slot: input.slot, current, replacement });
      open.audit('OK', [slot.id], { label: slot.label });
      open.changed('session');
      return { slot };
    } finally {
      current.dispose();
      replacement.dispose();
    }
  },

  addSlot: async (input) => {
    const { file, open, token } = session.opened;
    const passphrase = input.passphrase ? Secret.copyOf(input.passphrase) : null;
    try {
      const { kind, label } = input;
      const slot = await file.slots.add(await newSlot(kind, label, passphrase, token), () =>
        open.requireApproval([], { title: label }),
      );
      open.audit('OK', [slot.id], { kind: slot.kind, label: slot.label });
      open.changed('session');
      return { slot };
    } finally {
      passphrase?.dispose();
    }
  },

  removeSlot: async (input) => {
    const { file, open } = session.opened;
    if (!input.confirm)
      throw new OperationError('CONFIRMATION_NEEDED', { what: `remove slot ${input.slot}` });
    const label = file.slots.list().find(({ id }) => id === input.slot)?.label ?? input.slot;
    const { slot: named, withoutPassphrase } = input;
    const remaining = await file.slots.remove(named, withoutPassphrase, (slot) =>
      open.requireApproval([slot.id], { title: slot.label }),
    );
    open.audit('OK', [input.slot], { label, remaining: remaining.length });
    open.changed('session');
    return { remaining };
  },
});

const backupHandlers = (
  session: Session,
  ports: HostPorts,
): Pick<Handlers, 'setBackupPlace' | 'backup' | 'lookAtBackup' | 'verifyBackup' | 'restore'> => ({
  setBackupPlace: async (input) => {
    const { backups, open } = session.opened;
    const report = await backups.setPlace(input.place);
    open.audit('OK', [], { place: input.place });
    open.changed('session');
    // Keys that were in no backup are in this one.
    open.changed('key');
    return report;
  },

  backup: async () => {
    const { backups, open } = session.opened;
    const report = await backups.full();
    open.audit('OK', [], { path: report.path, commit: report.commitNumber });
    open.changed('session');
    // Keys that were in no backup are in this one.
    open.changed('key');
    return report;
  },

  lookAtBackup: (input, caller) => {
    const { folder, manifest, slots } = lookAtCopy(whereFrom(session, input.from, caller));
    const { storeId, realm, takenAt, commitNumber } = manifest;
    return { path: folder, storeId, realm, takenAt, commitNumber, slots: [...slots] };
  },

  verifyBackup: (input, caller) => {
    const from = whereFrom(session, input.from, caller);
    const look = () => lookAtCopy(from);
    return withUnlock(ports, look, input, (unlock) => verifyBackupAt(ports, from, unlock));
  },

  restore: async (input, caller) => {
    await session.exclusively(async () => {
      session.requireLocked();
      const look = () => lookAtCopy(input.from);
      await withUnlock(ports, look, input, (unlock) =>
        restoreKeystore(ports, { from: input.from, to: session.path, unlock, caller }),
      );
    });
    return statusOf(session);
  },
});

/** The backup named, else the place of the keystore that the caller sees open. */
function whereFrom(session: Session, named: string | null, caller: Caller): string {
  const from = named ?? session.shownTo(caller)?.backups.place ?? null;
  if (from === null) throw new OperationError('BACKUP_PLACE_MISSING');
  return from;
}

async function newSlot(
  kind: NewSlot['kind'],
  label: string,
  passphrase: Secret | null,
  token: Session['opened']['token'],
): Promise<NewSlot> {
  if (kind !== 'hsm' && passphrase === null) {
    throw new OperationError('BAD_INPUT', {
      field: 'passphrase',
      problem: 'this kind of slot needs a passphrase',
    });
  }
  if (kind === 'passphrase' && passphrase) return { kind, label, passphrase };
  if (token.binding?.practiceFolder !== undefined) {
    const problem = 'the PIN of this practice token is kept in the keystore: it cannot open it';
    throw new OperationError('BAD_INPUT', { field: 'kind', problem });
  }
  const hsm = await token.slotSeal();
  if (kind === 'combined' && passphrase) return { kind, label, passphrase, hsm };
  return { kind: 'hsm', label, hsm };
}
