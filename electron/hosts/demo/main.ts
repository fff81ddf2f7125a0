import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isFinal } from '../../../shared/model/job.ts';
import { shortId } from '../../../shared/text/states.ts';
import type { Caller } from '../../core/core.ts';
import { createCore } from '../../core/create-core.ts';
import { makeFolder } from '../../core/kernel/make-folder.ts';
import { type Call, outputOf } from '../cli/operations.ts';
import { type JobDetail, stepLine } from '../cli/render/job.ts';
import { styleFor } from '../cli/render/moments.ts';
import { Screen } from '../cli/screen.ts';
import { failureText } from '../cli/show-failure.ts';
import { table } from '../cli/table.ts';
import { fileLogger } from '../log-file.ts';
import { nodePorts } from '../node-ports.ts';
import { npmGone } from '../npm-gone.mjs';
import { type PracticeProcess, startPractice } from './practice-process.ts';
import { groupName, type Outcome, playStory, writeCredentialFile } from './story.ts';
import { prepareSoftToken } from './soft-token.ts';

const usage = `usage: npm run demo -- [--json] [--keep DIR] [--serve]

  --json      the last line of standard output is one JSON object
  --keep DIR  leave keystore, practice data and credential in DIR and say how to serve them again
  --serve     keep the window open on the demo's keystore afterwards, in a browser of this computer
`;

interface Options {
  readonly json: boolean;
  readonly keep: string | null;
  readonly serve: boolean;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      keep: { type: 'string' },
      serve: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const { json, keep, serve } = values;
  return { json, keep: keep === undefined ? null : resolve(keep), serve };
}

/** Steps of a job, each printed when it is over. */
function watcher(call: Call, screen: Screen) {
  return async (jobId: string): Promise<JobDetail> => {
    const told = new Set<number>();
    for (let revision = 0; ; ) {
      const answer = await call('job.wait', { job: jobId, revision, waitMs: 10_000 });
      revision = answer.revision;
      for (const step of answer.detail.steps) {
        if ((step.state !== 'done' && step.state !== 'skipped') || told.has(step.n)) continue;
        told.add(step.n);
        if (step.state === 'done') screen.note(`  ${stepLine(step, styleFor(screen))}`);
      }
      const { state, failure, message } = answer.detail.job;
      if (!isFinal(state) && state !== 'needs-you') continue;
      screen.note(`  ${message}`);
      if (failure) screen.note(failureText(failure));
      return answer.detail;
    }
  };
}

function summary(outcome: Outcome) {
  const holder = outcome.keys.find((key) => key.remote?.alias != null);
  return {
    ok:
      outcome.jobs.every(({ job }) => job.state === 'done') &&
      outcome.auditVerified &&
      outcome.synchronized.stateAfterDelete === 'PendingImport' &&
      outcome.synchronized.stateAfterImport === 'Enabled' &&
      outcome.synchronized.materialIdBefore === outcome.synchronized.materialIdAfter &&
      holder?.version === 2,
    provider: outcome.provider,
    assurance: outcome.assurance,
    wrappingAlgorithm: outcome.wrappingAlgorithm,
    group: groupName,
    keys: outcome.keys.map((key) => ({
      keyId: key.remote?.keyId ?? null,
      arn: key.remote?.arn ?? null,
      kcv: key.kcv.value,
      kcvMethod: key.kcv.method,
      state: key.remote?.state ?? null,
      alias: key.remote?.alias ?? null,
    })),
    aliasHolder: holder?.remote?.keyId ?? null,
    synchronized: outcome.synchronized,
    jobs: outcome.jobs.map(({ job, steps }) => ({
      name: job.title,
      state: job.state,
      steps: steps.filter((step) => step.state === 'done').length,
      ms: (job.endedAt ?? 0) - (job.startedAt ?? 0),
    })),
    auditVerified: outcome.auditVerified,
  };
}

function closingTable(outcome: Outcome, width: number): string {
  const columns = [
    { title: 'Version' },
    { title: 'KMS key' },
    { title: 'State in AWS' },
    { title: 'Alias' },
    { title: 'KCV' },
    { title: 'Made by' },
  ];
  const rows = outcome.keys.map((key) =>
    [
      `${groupName}/${key.version}`,
      shortId(key.remote?.keyId ?? ''),
      key.remote?.state ?? '',
      key.remote?.alias ?? '-',
      `${key.kcv.value} (${key.kcv.method})`,
      key.assurance,
    ].map((text) => ({ text })),
  );
  return table(columns, rows, width);
}

/** The same addresses as in the demo, so that the credential in the keystore still fits. */
function serveAgain(folder: string, outcome: Outcome, practice: PracticeProcess): string {
  const port = (url: string) => new URL(url).port;
  const keystore = `--keystore ${join(folder, 'demo.keystore')} --passphrase-file ${join(folder, 'passphrase')}`;
  const hsm = outcome.provider === 'softhsm';
  return [
    'To serve it again, and to look at it:',
    `  export KEYREEVE_STATE=${join(folder, 'state')}`,
    ...(hsm ? [`  export SOFTHSM2_CONF=${join(folder, 'softhsm2.conf')}`] : []),
    `  npm run -s practice-kms -- --port ${port(practice.url)} --control-port ${port(practice.controlUrl)} --data ${join(folder, 'practice-kms.db')}`,
    `  npm run -s keyreeve -- ${keystore} key list`,
    `  npm run -s keyreeve -- ${keystore}${hsm ? ` --pin-file ${join(folder, 'pin')}` : ''} group force-rotate ${groupName}`,
  ].join('\n');
}

const whatNext =
  'All of this was on this computer, and it is gone now. npm start opens the window; npm run demo -- --serve opens it on what the demo leaves.';

interface Secrets {
  readonly passphrase: Buffer;
  readonly pin: Buffer;
}

const newSecrets = (): Secrets => ({
  passphrase: Buffer.from(randomBytes(18).toString('base64url')),
  pin: Buffer.from(randomBytes(9).toString('base64url')),
});

interface Run extends Secrets {
  readonly options: Options;
  readonly screen: Screen;
  readonly folder: string;
  readonly practice: PracticeProcess;
}

/** Plays the story and says what came of it. */
async function run(parts: Run): Promise<ReturnType<typeof summary>> {
  const { options, screen, folder, practice, passphrase, pin } = parts;
  if (options.keep) {
    writeFileSync(join(folder, 'passphrase'), passphrase, { mode: 0o600 });
    writeFileSync(join(folder, 'pin'), pin, { mode: 0o600 });
  }
  const token = prepareSoftToken(folder);
  const ports = nodePorts({
    stateFolder: join(folder, 'state'),
    ask: { secret: async () => null },
    log: fileLogger(join(folder, 'state'), 'demo'),
  });
  const core = createCore(ports, { keystorePath: join(folder, 'demo.keystore'), longLived: false });
  const caller: Caller = {
    trusted: true,
    actor: userInfo().username,
    host: hostname(),
    channel: 'cli',
  };
  const call: Call = async (name, input) =>
    outputOf<typeof name>(await core.call(name, input, caller));
  const backups = join(folder, 'backups');
  mkdirSync(backups, { mode: 0o700 });
  try {
    const csv = Uint8Array.from(readFileSync(writeCredentialFile(folder)));
    const outcome = await playStory(
      {
        call,
        folder,
        practiceUrl: practice.url,
        token,
        passphrase,
        pin,
        say: (text) => screen.note(text),
        watch: watcher(call, screen),
      },
      csv,
      backups,
    );
    const facts = summary(outcome);
    screen.note('');
    screen.note(closingTable(outcome, screen.width));
    if (options.keep) screen.note(serveAgain(folder, outcome, practice));
    else if (!options.serve) screen.note(`\n${whatNext}`);
    if (options.json) process.stdout.write(`${JSON.stringify(facts)}\n`);
    return facts;
  } finally {
    await core.stop();
  }
}

/** Keeps the window open on what the story left. */
async function serve(
  { options, screen, folder, passphrase, pin }: Run,
  withHsm: boolean,
  gone: Promise<void>,
): Promise<void> {
  const keystorePath = join(folder, 'demo.keystore');
  const { serveConsole } = await import('./serve-console.ts');
  await serveConsole({
    keystorePath,
    stateFolder: join(folder, 'state'),
    passphrase,
    pin: withHsm ? pin : null,
    say: (text) => screen.note(text),
    gone,
    ready: (url) => {
      if (!options.json) return;
      const ready = { ready: true, url, keystore: keystorePath, pid: process.pid };
      process.stdout.write(`${JSON.stringify(ready)}\n`);
    },
  });
}

const screenFor = ({ json }: Options): Screen =>
  new Screen({
    stdout: process.stdout,
    stderr: json ? process.stderr : process.stdout,
    colour: process.stdout.isTTY === true && !process.env['NO_COLOR'],
  });

async function main(): Promise<void> {
  const options = readOptions();
  const gone = npmGone();
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'keyreeve-demo-'));
  if (options.keep) makeFolder(options.keep);
  const practice = await startPractice(['--data', join(folder, 'practice-kms.db')]);
  try {
    const parts = { options, screen: screenFor(options), folder, practice, ...newSecrets() };
    const facts = await run(parts);
    process.exitCode = facts.ok ? 0 : 1;
    if (options.serve) await serve(parts, facts.provider === 'softhsm', gone);
  } finally {
    await practice.stop();
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
  }
}

await main();
