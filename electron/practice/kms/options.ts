import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openPoints, readReading, type Readings } from './open-points/points.ts';
import { type Mischief, mischiefSchema } from './mischief/setting.ts';
import type { AccountKey } from './principals/directory.ts';
import { describeIssue } from './principals/issues.ts';
import type { PracticeKmsOptions } from './start.ts';
import { readHost, readLoopbackPort, type XksRoute } from './xks/routes.ts';

/** The command line cannot be used; the message says why. */
export class UsageError extends Error {}

export interface CommandLine {
  readonly options: PracticeKmsOptions & { readonly port: number; readonly controlPort: number };
  /** Ends when this process is gone. */
  readonly parentPid: number | null;
  /** Ends when standard input closes. */
  readonly untilStdinCloses: boolean;
}

export const usage = `usage: practice-kms --port N --control-port M [options]

  --account ID:ACCESSKEYID:SECRET   an account and an access key of its root (repeatable)
  --principals FILE                 users, roles and their IAM policies (JSON)
  --skip-policy-checks              take any text as a key policy; everybody may do everything
  --allow-unsigned                  accept unsigned requests (region eu-west-2, default account)
  --data FILE                       keep everything in FILE; without it, memory only
  --wrapping-key-reuse N            let one RSA pair serve N GetParametersForImport (benches, tests)
  --quotas on|off|FILE              request quotas as in AWS (default off), or as FILE says (JSON)
  --rotation-seconds N              how long an on-demand rotation takes (default 0)
  --settle-seconds N                how long a replica is Creating or Updating, and a key store
                                    DISCONNECTING (default 0)
  --connect-seconds N               how long ConnectCustomKeyStore takes (default 0)
  --xks-connect HOST=127.0.0.1:PORT where the proxy of a key store is really reached (repeatable)
  --trust-ca FILE                   certificates (PEM) that may have signed those of proxies
  --xks-budget-ms N                 time that the proxy of a key store has (default 250, as AWS)
  --on-demand-limit N               on-demand rotations per key (default 25, as AWS)
  --event-history FILE              append the event history to FILE, one CloudTrail record a line
  --open-point NAME=READING         another reading of what nobody recorded of AWS (repeatable)
  --mischief FILE                   rehearsed faults from the start (JSON, as POST /mischief)
  --request-log FILE                append every raw request to FILE
  --parent-pid PID                  end when that process is gone
  --until-stdin-closes              end when standard input closes
`;

function wholeNumber(name: string, text: string | undefined, min: number, max: number): number {
  const value = /^\d{1,9}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`--${name} takes a whole number from ${min} to ${max}`);
}

/** The secret may hold colons: only the first two separate. */
function readAccount(text: string): AccountKey {
  const match = /^(\d{12}):([^\s:,/=]{1,128}):(.{1,256})$/s.exec(text);
  if (match === null) {
    // The text is not repeated: it may hold a secret that was typed in the wrong place.
    throw new UsageError('--account takes ID:ACCESSKEYID:SECRET with a 12-digit account id');
  }
  const [, accountId = '', accessKeyId = '', secretAccessKey = ''] = match;
  return { accountId, accessKeyId, secretAccessKey };
}

function readXksRoute(text: string): XksRoute {
  const [name = '', address = '', ...rest] = text.split('=');
  const host = readHost(name);
  const port = readLoopbackPort(address);
  if (host === undefined || port === undefined || rest.length > 0) {
    throw new UsageError('--xks-connect takes HOST=127.0.0.1:PORT, and no other address');
  }
  return { host, port };
}

/** A file of the name `on` or `off` takes a path: `./on`. */
const readQuotas = (text: string) => (text === 'on' || text === 'off' ? text : { file: text });

function readOpenPoint(text: string): Readings {
  const [name = '', reading = ''] = text.split('=', 2);
  const read = readReading(name, reading);
  if (read !== null) return read;
  const known = Object.entries(openPoints).map(
    ([point, readings]) => `${point}=${readings.join('|')}`,
  );
  throw new UsageError(`--open-point takes one of ${known.join(', ')}`);
}

const readOpenPoints = (texts: readonly string[] | undefined) =>
  texts === undefined
    ? {}
    : { openPoints: Object.assign({}, ...texts.map(readOpenPoint)) as Readings };

function readMischief(file: string): Mischief {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--mischief ${file}: ${error instanceof Error ? error.message : ''}`);
  }
  const parsed = mischiefSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--mischief ${file}: ${describeIssue(parsed.error)}`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: 'string' },
        'control-port': { type: 'string' },
        account: { type: 'string', multiple: true },
        principals: { type: 'string' },
        'skip-policy-checks': { type: 'boolean' },
        'allow-unsigned': { type: 'boolean' },
        data: { type: 'string' },
        'wrapping-key-reuse': { type: 'string' },
        quotas: { type: 'string' },
        'rotation-seconds': { type: 'string' },
        'settle-seconds': { type: 'string' },
        'connect-seconds': { type: 'string' },
        'xks-connect': { type: 'string', multiple: true },
        'trust-ca': { type: 'string' },
        'xks-budget-ms': { type: 'string' },
        'on-demand-limit': { type: 'string' },
        'event-history': { type: 'string' },
        'open-point': { type: 'string', multiple: true },
        mischief: { type: 'string' },
        'request-log': { type: 'string' },
        'parent-pid': { type: 'string' },
        'until-stdin-closes': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Null: help was asked for. @throws UsageError. */
export function readCommandLine(argv: readonly string[]): CommandLine | null {
  const given = parse(argv);
  if (given.help === true) return null;
  const parentPid = given['parent-pid'];
  return {
    options: {
      port: wholeNumber('port', given.port, 0, 65_535),
      controlPort: wholeNumber('control-port', given['control-port'], 0, 65_535),
      accounts: (given.account ?? []).map(readAccount),
      allowUnsigned: given['allow-unsigned'] ?? false,
      skipPolicyChecks: given['skip-policy-checks'] ?? false,
      wrappingKeyReuse: wholeNumber(
        'wrapping-key-reuse',
        given['wrapping-key-reuse'] ?? '1',
        1,
        1_000_000,
      ),
      rotationSeconds: wholeNumber('rotation-seconds', given['rotation-seconds'] ?? '0', 0, 86_400),
      settleSeconds: wholeNumber('settle-seconds', given['settle-seconds'] ?? '0', 0, 86_400),
      connectSeconds: wholeNumber('connect-seconds', given['connect-seconds'] ?? '0', 0, 86_400),
      xksConnect: (given['xks-connect'] ?? []).map(readXksRoute),
      proxyBudgetMs: wholeNumber('xks-budget-ms', given['xks-budget-ms'] ?? '250', 10, 60_000),
      onDemandLimit: wholeNumber('on-demand-limit', given['on-demand-limit'] ?? '25', 0, 100_000),
      quotas: readQuotas(given.quotas ?? 'off'),
      ...(given['trust-ca'] === undefined ? {} : { trustCaFile: given['trust-ca'] }),
      ...(given.principals === undefined ? {} : { principalsFile: given.principals }),
      ...(given.data === undefined ? {} : { dataFile: given.data }),
      ...(given['event-history'] === undefined ? {} : { eventHistory: given['event-history'] }),
      ...readOpenPoints(given['open-point']),
      ...(given.mischief === undefined ? {} : { mischief: readMischief(given.mischief) }),
      ...(given['request-log'] === undefined ? {} : { requestLog: given['request-log'] }),
    },
    parentPid: parentPid === undefined ? null : wholeNumber('parent-pid', parentPid, 1, 2 ** 22),
    untilStdinCloses: given['until-stdin-closes'] ?? false,
  };
}
