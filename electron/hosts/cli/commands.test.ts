import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { kindOf } from '../../../shared/model/key-kinds.ts';
import { InTestCore, silentLog } from '../in-test-core.fixture.ts';
import { findNoun, type GlobalOptions } from '../transport/argv/global-options.ts';
import { socketPlace } from '../transport/socket/place.ts';
import { serveSocket, type SocketServer } from '../transport/socket/serve.ts';
import { CommandContext } from './command-context.ts';
import { bareKey, detail, id, plan, snapshot } from './commands.fixture.ts';
import { buildProgram } from './program.ts';
import { Screen } from './screen.ts';
import { asFailure, showFailure } from './show-failure.ts';

let folder: string;
let core: InTestCore;
let server: SocketServer | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'krc-'));
  core = new InTestCore();
  core.handlers.set('session.snapshot', () => snapshot);
  core.handlers.set('key.planSynchronize', () => plan());
  core.handlers.set('key.synchronize', () => ({ jobId: id, number: 1043, joined: false }));
  core.handlers.set('job.wait', () => ({ revision: 1, detail: detail('done') }));
  server = null;
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command line against the core of the test, beside a holder or without one. */
async function keyreeve(line: string, holder = true) {
  const keystorePath = join(folder, 'a.keystore');
  if (holder && !server) {
    const place = socketPlace(folder, keystorePath);
    server = await serveSocket(core, { place, caller: { actor: 'a', host: 'h' }, log: silentLog });
  }
  const shown = { out: '', err: '' };
  const screen = new Screen({
    stdout: { write: (text: string) => void (shown.out += text) },
    stderr: { write: (text: string) => void (shown.err += text) },
    colour: false,
  });
  const argv = line.split(' ');
  let code = 0;
  const work = async (
    options: GlobalOptions,
    run: (context: CommandContext) => Promise<number | void>,
  ): Promise<void> => {
    const openCore = () => Promise.resolve(core);
    const context = new CommandContext({
      screen,
      options,
      keystorePath,
      stateFolder: folder,
      openCore,
    });
    try {
      code = (await run(context)) ?? 0;
    } finally {
      await context.end();
    }
  };
  try {
    const program = await buildProgram([findNoun(argv)?.noun ?? ''], '0', work);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof OperationError)) throw error;
    code = showFailure(screen, asFailure(error), argv.includes('--json'));
  }
  return { code, ...shown };
}
const inputOf = (name: string): unknown => core.calls.find((call) => call.name === name)?.input;

it.each([
  ['', { deleteMaterial: false, updatePolicy: true, importMaterial: true }],
  [' --no-update-policy', { deleteMaterial: false, updatePolicy: false, importMaterial: true }],
  [' --no-import-material', { deleteMaterial: false, updatePolicy: true, importMaterial: false }],
  [' --delete-material', { deleteMaterial: true, updatePolicy: false, importMaterial: false }],
  [
    ' --delete-material --import-material',
    { deleteMaterial: true, updatePolicy: false, importMaterial: true },
  ],
  [
    ' --delete-material --update-policy',
    { deleteMaterial: true, updatePolicy: true, importMaterial: false },
  ],
  [
    ' --delete-material --update-policy --import-material',
    { deleteMaterial: true, updatePolicy: true, importMaterial: true },
  ],
  [
    ' --no-update-policy --no-import-material',
    { deleteMaterial: false, updatePolicy: false, importMaterial: false },
  ],
])('asks to synchronize with the boxes of "%s"', async (flags, boxes) => {
  await keyreeve(`key synchronize cards-prod/2${flags}`);
  expect(inputOf('key.planSynchronize')).toEqual({ key: 'cards-prod/2', ...boxes });
  expect(inputOf('key.synchronize')).toEqual({
    key: 'cards-prod/2',
    ...boxes,
    plan: '8f3a21c0ffee',
  });
});

it('plans and runs with the number it was shown, and tells the end on standard output', async () => {
  const { code, out, err } = await keyreeve('key synchronize cards-prod/2');
  expect(code).toBe(0);
  expect(out).toBe('✓ ledger-prod rotated.\n');
  expect(err).toContain('Rotate HSM protected keys: ledger-prod   job 1043');
});

it('shows a plan and starts nothing', async () => {
  const { code, out, err } = await keyreeve('key synchronize cards-prod/2 --plan');
  expect(code).toBe(0);
  expect(out).toContain('Plan 8f3a21c0ffee');
  expect(out).toMatch(/LOOK AT THIS FIRST\n {2}! A warning\n\nCHECKED/);
  expect(err).toBe('');
  expect(inputOf('key.synchronize')).toBeUndefined();
});

it('runs exactly the plan that is named, without planning again itself', async () => {
  await keyreeve('key synchronize cards-prod/2 --plan abcdef123456');
  expect(inputOf('key.planSynchronize')).toBeUndefined();
  expect(inputOf('key.synchronize')).toMatchObject({ plan: 'abcdef123456' });
});

it('does not start a plan that is blocked, and says by what', async () => {
  const blocked = { code: 'HSM_UNAVAILABLE', details: {} };
  core.handlers.set('key.planSynchronize', () => plan({ blocked }));
  const { code, err } = await keyreeve('key synchronize cards-prod/2');
  expect(code).toBe(75);
  expect(err).toContain('The HSM does not answer.');
  expect(inputOf('key.synchronize')).toBeUndefined();
  const shown = await keyreeve('key synchronize cards-prod/2 --plan');
  expect(shown.code).toBe(2);
});

it('hands a typed name on, and none when nobody can be asked', async () => {
  core.handlers.set('key.planSynchronize', () => plan({ confirmName: 'cards-prod' }));
  await keyreeve('key synchronize cards-prod/2 --delete-material --confirm cards-prod --json');
  expect(inputOf('key.synchronize')).toMatchObject({ confirm: 'cards-prod' });
  core.calls.length = 0;
  await keyreeve('key synchronize cards-prod/2 --delete-material --json');
  expect(inputOf('key.synchronize')).not.toHaveProperty('confirm');
});

it.each([
  ['done', 0],
  ['needs-you', 3],
  ['done-with-remark', 4],
  ['stopped-nothing-changed', 5],
  ['cancelled', 6],
] as const)('ends with its own exit code when the job is %s', async (state, expected) => {
  core.handlers.set('job.wait', () => ({ revision: 1, detail: detail(state) }));
  const { code, out, err } = await keyreeve('--json job watch 1043');
  expect(code).toBe(expected);
  expect(err).toBe('');
  expect(JSON.parse(out)).toMatchObject({ job: { state } });
});

it('tells a job that needs somebody in full: failure, standing, deed, steps', async () => {
  core.handlers.set('job.wait', () => ({ revision: 1, detail: detail('needs-you') }));
  const { out } = await keyreeve('job watch 1043');
  expect(out).toContain('AWS did not allow the alias to move.');
  expect(out).toContain('AccessDeniedException · UpdateAlias · request 51d9');
  const lines = ['Your copies', 'In AWS', 'Applications', 'Keys in use'].map((one) =>
    out.indexOf(one),
  );
  expect(lines).toEqual([...lines].sort((a, b) => a - b));
  expect(out).toContain('keyreeve job continue 1043');
  expect(out).toMatch(/applications see no change above this line ──\n! {2}9 Move alias/);
});

it('cancels several jobs, and tells which of them could not be', async () => {
  core.handlers.set('job.cancel', ({ job }) => {
    if (job === '1044') {
      throw new OperationError('JOB_NOT_CANCELLABLE', { job: 1044, reason: 'committed' });
    }
    const ended = detail('cancelled');
    return { ...ended, job: { ...ended.job, number: Number(job) } };
  });
  const { code, out, err } = await keyreeve('job cancel 1043 1044 1045 --schedule-deletion');
  const asked = core.calls.filter(({ name }) => name === 'job.cancel');
  expect(asked.map(({ input }) => input)).toEqual(
    ['1043', '1044', '1045'].map((job) => ({ job, leftover: 'schedule-deletion' })),
  );
  expect(out).toMatch(/1043 .* Cancelled[^]*1045 .* Cancelled/);
  expect(err).toContain('Job 1044 can no longer be cancelled.');
  expect(err).toContain('applications go by it');
  expect(code).toBe(64);
});

const other = '0190c1a2-0000-7000-8000-0000000000ee';

describe('what is due', () => {
  const row = { groupId: id, groupName: 'ledger-prod', dueAt: 0 };
  const due = [{ ...row, reason: 'clock-behind' }];
  const renewals = [{ ...row, keyId: other, version: 2, endsAt: 86_400_000, reason: 'tried' }];
  const started = () => inputOf('job.startDue');

  it('says why it waits, in words, and when AWS deletes what', async () => {
    core.handlers.set('job.due', () => ({ due, renewals, held: 'clock-behind' }));
    const { out } = await keyreeve('job due');
    const [first, second, ...rest] = out.trim().split('\n');
    expect(first).toMatch(
      /renewal {2}ledger-prod\/2 {2}its scheduled renewal ended without another date {2}AWS deletes it 1970-01-02/,
    );
    expect(second).toMatch(/rotation {2}ledger-prod {2}the clock of this computer is behind$/);
    expect(rest).toEqual([
      '! See first that the clock of this computer is right: a wrong one makes due what is not.',
    ]);
  });

  it('is started all at once, rotations by group and renewals by key', async () => {
    core.handlers.set('job.due', () => ({ due, renewals, held: null }));
    core.handlers.set('job.startDue', () => ({ jobs: [id] }));
    await keyreeve('job start-due --all');
    expect(started()).toEqual({ groups: [id], keys: [other] });
  });

  it('tells a program how each ended, and with --detach which were started', async () => {
    const states = ['done', 'needs-you'] as const;
    const left = [...states];
    core.handlers.set('job.due', () => ({ due, renewals, held: null }));
    core.handlers.set('job.startDue', () => ({ jobs: [id, other] }));
    core.handlers.set('job.wait', () => ({ revision: 1, detail: detail(left.shift() ?? 'done') }));
    const { jobs } = JSON.parse((await keyreeve('--json job start-due --all')).out);
    expect(jobs).toEqual(states.map((state) => detail(state)));
    const { out } = await keyreeve('--json job start-due --all --detach');
    expect(JSON.parse(out)).toEqual({ jobs: [id, other] });
  });

  it.each([
    ['one needs somebody, whatever became of the rest', ['needs-you', 'done-with-remark'], 3],
    ['one is cancelled, and the next needs somebody', ['cancelled', 'needs-you'], 3],
    ['the first that is not done is told', ['done', 'cancelled', 'done-with-remark'], 6],
    ['all are done', ['done', 'done'], 0],
  ] as const)('ends with the exit code that says it: %s', async (_, states, expected) => {
    const left = [...states];
    core.handlers.set('job.due', () => ({ due, renewals: [], held: null }));
    core.handlers.set('job.startDue', () => ({ jobs: states.map(() => id) }));
    core.handlers.set('job.wait', () => ({ revision: 1, detail: detail(left.shift() ?? 'done') }));
    expect((await keyreeve('job start-due --all')).code).toBe(expected);
  });
});

it('leaves a job to the holder with --detach, and refuses without one', async () => {
  const left = await keyreeve('--json key synchronize cards-prod/2 --detach');
  expect(JSON.parse(left.out)).toEqual({ jobId: id, number: 1043, joined: false });
  expect(inputOf('job.wait')).toBeUndefined();
  await server?.close();
  server = null;
  const refused = await keyreeve('--json key synchronize cards-prod/2 --detach', false);
  expect(refused.code).toBe(64);
  expect(JSON.parse(refused.err)).toMatchObject({ code: 'NEEDS_DAEMON' });
});

const waitingForPin = () => ({
  attached: true,
  module: null,
  moduleSha256: null,
  token: null,
  state: 'pin-needed',
  master: null,
  probe: null,
});

it('waits while the keystore is being checked, with its own copy of the bytes', async () => {
  let checking = true;
  const seen: string[] = [];
  core.handlers.set('hsm.status', waitingForPin);
  core.refuse = (name) => {
    if (name === 'keystore.status') checking = false;
    return name === 'hsm.login' && checking ? 'KEYSTORE_CHECKING' : null;
  };
  core.handlers.set('hsm.login', ({ pin }) => {
    seen.push(Buffer.from(pin as Uint8Array).toString());
    throw new OperationError('HSM_PIN_REFUSED');
  });
  writeFileSync(join(folder, 'pin'), '1234', { mode: 0o600 });
  const { code } = await keyreeve(`hsm login --pin-file ${join(folder, 'pin')}`);
  expect(code).toBe(77);
  expect(seen).toEqual(['1234']);
});

it('asks the next process where a holder gives way after a lock', async () => {
  const seen: string[] = [];
  let tries = 0;
  core.handlers.set('hsm.status', waitingForPin);
  core.handlers.set('hsm.login', ({ pin }) => {
    seen.push(Buffer.from(pin as Uint8Array).toString());
    throw new OperationError('HSM_PIN_REFUSED');
  });
  core.refuse = (name) => (name === 'hsm.login' && ++tries < 3 ? 'KEYSTORE_RENEWING' : null);
  writeFileSync(join(folder, 'pin'), '1234', { mode: 0o600 });
  const { code } = await keyreeve(`hsm login --pin-file ${join(folder, 'pin')}`);
  expect(code).toBe(77);
  expect([tries, ...seen]).toEqual([3, '1234']);
});

it('prints times and ids whole in a pipe, and nothing raw', async () => {
  core.handlers.set('folder.list', () => ({
    folders: [
      { id, name: 'a', parentId: null, path: 'a\u001b[2J/b\u202e', groups: 0, needsYou: 0 },
    ],
    total: 1,
    next: null,
  }));
  const { out } = await keyreeve('folder list');
  expect(out).toBe('a [2J/b \n');
});

it('opens every copy of a group, and fails once one is another key', async () => {
  const key = (version: number) => ({
    id: `${id.slice(0, -1)}${version}`,
    groupId: id,
    groupName: 'cards',
    version,
    reference: `cards/${version}`,
    ...kindOf('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
    lifecycle: 'active' as const,
    state: 'Not in AWS' as const,
    kcv: { method: 'CMAC' as const, value: '82B7A1C04E' },
    storage: 'software' as const,
    assurance: 'built-in-software' as const,
    madeAt: 0,
    broughtIn: false,
    plannedEnd: 0,
    remote: null,
  });
  core.handlers.set('key.list', () => ({ keys: [key(1), key(2)], total: 2, next: null }));
  core.handlers.set('key.prove', ({ key: asked }) => {
    if (asked === key(2).id) throw new OperationError('HSM_KEY_DIFFERS');
    return {
      ...key(1),
      ...bareKey,
    };
  });
  const { code, out, err } = await keyreeve('key prove --group cards');
  expect(out).toBe(
    '! cards/2  Not as noted at birth\n✓ cards/1  Proved\n1 of 2 copies is not as noted at birth. 1 opened with the right KCV.\n',
  );
  expect(err).toContain('Delete nothing.');
  expect(code).toBeGreaterThan(0);
  expect((await keyreeve('key prove')).code).toBe(64);
});

it('refuses a field that the contract does not know, in its own words', async () => {
  const { code, err } = await keyreeve('group add x --credential c --region nowhere');
  expect(code).toBe(64);
  expect(err).toContain('Something in this request is not right');
});

it.each(['KEYSTORE_TAMPERED', 'KEYSTORE_DAMAGED'])(
  'shows a list of a keystore that is %s, and does not end as if nothing were wrong',
  async (reason) => {
    core.handlers.set('folder.list', () => ({ folders: [], total: 0, next: null }));
    const held = await core.call(
      'keystore.status',
      {},
      { trusted: true, actor: '', host: '', channel: 'cli' },
    );
    if (!held.ok) throw new Error('no status');
    const states = ['checking', 'read-only'];
    const status = (): object => ({
      ...(held.output as object),
      state: states.shift() ?? 'read-only',
      reason,
    });
    core.handlers.set('keystore.status', status);
    const { code, out, err } = await keyreeve('folder list');
    expect(out).not.toBe('');
    expect(code).toBe(65);
    expect(err).toContain(reason);
  },
);

it('names what falls due before the practice clock is moved, and asks in the right number', async () => {
  const event = { what: 'material-expires', at: 0, keyId: 'k-1', region: 'eu-west-1' } as const;
  const events = [
    { ...event, alias: 'alias/cards' },
    { ...event, what: 'key-deleted', keyId: 'k-2', alias: null },
  ];
  core.handlers.set('practice.lookAhead', () => ({ until: 0, events, total: 3 }));
  const { err } = await keyreeve('practice advance 1 --yes');
  expect(inputOf('practice.advance')).toEqual({ seconds: 86_400, confirm: true });
  expect(err).toContain('! Material expires: alias/cards, eu-west-1, 1970-01-01T00:00:00.000Z');
  expect(err).toContain('! Key is deleted for ever: k-2, eu-west-1');
  expect(err).toContain('  and 1 more.');
});
