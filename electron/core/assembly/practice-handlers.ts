import { OperationError } from '../../../shared/errors/operation-error.ts';
import type { HandlersOfNoun } from '../operations/context.ts';
import type { HostPorts } from '../ports.ts';
import { crashPoint } from './crash-point.ts';
import { type Entry, viewCall } from './practice-room/calls.ts';
import { type Control, controlAt } from './practice-room/control.ts';
import { writeMischief } from './practice-room/mischief.ts';
import {
  addStatement,
  type Explained,
  listPrincipals,
  type People,
  readPrincipals,
  type Refused,
  viewExplanation,
  viewRefusal,
} from './practice-room/people.ts';
import { Rehearsals } from './practice-room/rehearsals.ts';
import { readRoom } from './practice-room/room.ts';
import type { Session } from './session.ts';

type Handlers = HandlersOfNoun<'practice'>;

/** What the handlers work with: the open keystore of the session, and the practice KMS it started. */
interface Room {
  readonly session: Session;
  readonly ports: HostPorts;
  readonly control: Control;
  readonly rehearsals: Rehearsals;
}

/** The practice KMS of a practice keystore. */
export function practiceHandlers(session: Session, ports: HostPorts): Handlers {
  const control = controlAt(() => session.opened.practice.controlUrl());
  const rehearsals = new Rehearsals(() => {
    const { open, jobs, practice } = session.opened;
    return {
      open,
      jobs,
      control,
      credentialId: () => practice.credentialId,
      endpoint: () => practice.url,
    };
  });
  const room = { session, ports, control, rehearsals };
  return {
    ...processHandlers(session),
    ...settingHandlers(room),
    ...peopleHandlers(room),
    ...rehearsalHandlers(room),
  };
}

const processHandlers = (
  session: Session,
): Pick<Handlers, 'status' | 'start' | 'stop' | 'setUp'> => ({
  status: () => session.opened.practice.status(),
  start: async () => {
    const { practice, open } = session.opened;
    await practice.start((objects, details) => open.audit('OK', objects, details));
    return practice.status();
  },
  stop: async () => {
    const { practice, open } = session.opened;
    await practice.stopAsked();
    open.audit('OK', []);
    return practice.status();
  },
  setUp: async (input) => {
    const { practice, open } = session.opened;
    await practice.setUp(input.keysIn, (objects, details) => open.audit('OK', objects, details));
    return practice.status();
  },
});

type Details = Parameters<Session['opened']['open']['audit']>[2];

/** After a change of the practice KMS: recorded, and read again by whoever shows it. */
function noted({ session }: Room, details: Details = {}): void {
  const { open } = session.opened;
  open.audit('OK', [], details);
  open.changed('practice');
}

const daySeconds = 86_400;

/** In days where it is whole days, as people ask for it. */
function sayAhead(seconds: number): string {
  const days = seconds / daySeconds;
  if (!Number.isInteger(days)) return `${seconds} seconds`;
  return days === 1 ? '1 day' : `${days} days`;
}

const settingHandlers = (
  room: Room,
): Pick<Handlers, 'show' | 'lookAhead' | 'advance' | 'setQuotas' | 'setMischief' | 'reset'> => ({
  show: () => readRoom(room.control),
  lookAhead: ({ seconds }) => room.control.get('/clock/ahead', { seconds }),
  advance: async ({ seconds, confirm }) => {
    if (!confirm) {
      await room.session.opened.practice.controlUrl();
      throw new OperationError('CONFIRMATION_NEEDED', {
        what: `move the practice clock ${sayAhead(seconds)} forward`,
      });
    }
    await room.control.post('/clock', { advanceSeconds: seconds });
    noted(room, { seconds });
    return readRoom(room.control);
  },
  setQuotas: async ({ on }) => {
    await room.control.post('/quotas', { enabled: on });
    noted(room, { on });
    return readRoom(room.control);
  },
  setMischief: async ({ rules }) => {
    await writeMischief(room.control, rules);
    noted(room, { faults: rules.map(({ kind }) => kind) });
    return readRoom(room.control);
  },
  reset: async ({ confirm }) => {
    if (!confirm) {
      await room.session.opened.practice.controlUrl();
      throw new OperationError('CONFIRMATION_NEEDED', { what: 'empty the practice KMS' });
    }
    await room.control.post('/reset', {});
    room.rehearsals.forget();
    noted(room);
    return readRoom(room.control);
  },
});

const peopleHandlers = (
  room: Room,
): Pick<
  Handlers,
  'principals' | 'loadPrincipals' | 'addPermission' | 'explain' | 'denials' | 'journal'
> => ({
  principals: async () => ({ principals: await readPrincipals(room.control) }),
  loadPrincipals: async ({ file }) => {
    const people = await room.control.post<People>('/principals', fromJson(file));
    noted(room);
    return { principals: listPrincipals(people) };
  },
  addPermission: async ({ principal, statement }) => {
    const principals = await addStatement(
      room.control,
      principal,
      fromJson(Buffer.from(statement, 'utf8')),
    );
    noted(room, { principal });
    return { principals };
  },
  explain: async (input) => viewExplanation(await room.control.post<Explained>('/explain', input)),
  denials: async () => ({
    denials: (await room.control.get<Refused[]>('/denials')).map(viewRefusal),
  }),
  journal: async ({ limit, before, operation, outcome }) => {
    const { calls, next } = await room.control.get<{ calls: Entry[]; next: number | null }>(
      '/journal/latest',
      { limit, operation, outcome, ...(before === null ? {} : { before }) },
    );
    return { calls: calls.map(viewCall), next };
  },
});

/** @throws OperationError PRACTICE_REFUSED */
function fromJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new OperationError('PRACTICE_REFUSED', { problem }, { cause: error });
  }
}

const rehearsalHandlers = ({
  session,
  ports,
  rehearsals,
}: Room): Pick<Handlers, 'rehearsals' | 'begin' | 'leave' | 'crash'> => ({
  rehearsals: async () => ({ rehearsals: await rehearsals.list() }),
  begin: async ({ rehearsal, anew }, caller) => {
    if (anew || !(await rehearsals.takeUp(rehearsal))) await rehearsals.begin(rehearsal, caller);
    session.opened.open.audit('OK', [], { rehearsal });
    return { rehearsals: await rehearsals.list() };
  },
  leave: async ({ rehearsal }) => {
    await rehearsals.leave(rehearsal);
    session.opened.open.audit('OK', [], { rehearsal });
    return { rehearsals: await rehearsals.list() };
  },
  crash: ({ confirm }) => {
    const { practice, open } = session.opened;
    practice.requirePractice();
    if (!confirm)
      throw new OperationError('CONFIRMATION_NEEDED', { what: 'end Keyreeve as in a crash' });
    open.store.change(() => {
      rehearsals.noteCrash(open.clock.now());
      open.audit('OK', []);
    });
    ports.faults.reach(crashPoint);
    rehearsals.noteCrash(null);
    throw new OperationError('NEEDS_CONSOLE');
  },
});
