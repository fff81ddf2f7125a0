import { givenWords, type Told, tellLauncher } from './launcher-line.ts';
import { impliedParent, watchLifeline } from './lifeline.ts';
import { readCommandLine, usage, UsageError } from './options.ts';

/** Exit codes: 2 for a wrong command line, 1 for a start or an end that failed. */
const usageExit = 2;
const startExit = 1;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}

async function main(started: (told: Told) => void): Promise<void> {
  const line = readCommandLine(givenWords());
  if (line === null) return void process.stdout.write(usage);
  // Read before the slow part of the start, in which a parent may already be gone.
  const parentPid = line.parentPid ?? impliedParent();
  // Loaded late: a wrong command line is answered without opening SQLite.
  const { startPracticeKms } = await import('./start.ts');
  const kms = await startPracticeKms({
    ...line.options,
    onTrouble: (text) => say(`practice KMS: ${text}`),
    onBug: (error) =>
      say(
        `practice KMS bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      ),
  });
  watchLifeline({ ...line, parentPid }, () => {
    // Key generation in the thread pool would hold a natural exit back for seconds.
    void kms.close().then(
      () => process.exit(0),
      (error: unknown) => {
        // What was acknowledged lies beside the data file; the next start takes it in.
        say(`practice KMS: it could not put its files in order: ${describeError(error)}`);
        process.exit(startExit);
      },
    );
  });
  started({ practiceKms: 'ready', url: kms.url, controlUrl: kms.controlUrl });
  const reuse = line.options.wrappingKeyReuse ?? 1;
  const note = reuse > 1 ? `, each wrapping key serves ${reuse} requests (unlike AWS)` : '';
  // A control port that was asked for is known; one that was given must be told.
  const control = line.options.controlPort === 0 ? `, control ${kms.controlUrl}` : '';
  process.stdout.write(`practice KMS listening on ${kms.url}${control}${note}\n`);
}

const start = Promise.withResolvers<Told>();
tellLauncher(start.promise);
try {
  await main(start.resolve);
} catch (error) {
  start.resolve({ practiceKms: 'failed', problem: describeError(error) });
  say(`practice KMS: ${describeError(error)}`);
  if (error instanceof UsageError) say(usage);
  process.exitCode = error instanceof UsageError ? usageExit : startExit;
}
