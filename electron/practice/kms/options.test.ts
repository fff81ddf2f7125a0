import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCommandLine, UsageError } from './options.ts';

const anyPorts = ['--port', '7000', '--control-port', '7001'];

describe('the command line', () => {
  test('is read whole', () => {
    const text =
      '--account 111122223333:AKIAX:se:cret/+= --account 444455556666:K:s --allow-unsigned ' +
      '--principals /p --skip-policy-checks --data /d --wrapping-key-reuse 50 --quotas ./q.json --request-log /l ' +
      '--rotation-seconds 60 --connect-seconds 7 --xks-connect XKS.example.test=127.0.0.1:4433 --xks-connect b=127.0.0.1:1 --trust-ca /ca.pem --settle-seconds 5 --xks-budget-ms 4000 --on-demand-limit 10 --parent-pid 42 --until-stdin-closes';
    const line = readCommandLine([...anyPorts, ...text.split(' ')]);
    expect(line).toEqual({
      options: {
        port: 7000,
        controlPort: 7001,
        accounts: [
          { accountId: '111122223333', accessKeyId: 'AKIAX', secretAccessKey: 'se:cret/+=' },
          { accountId: '444455556666', accessKeyId: 'K', secretAccessKey: 's' },
        ],
        allowUnsigned: true,
        principalsFile: '/p',
        skipPolicyChecks: true,
        dataFile: '/d',
        wrappingKeyReuse: 50,
        quotas: { file: './q.json' },
        requestLog: '/l',
        rotationSeconds: 60,
        settleSeconds: 5,
        connectSeconds: 7,
        xksConnect: [
          { host: 'xks.example.test', port: 4433 },
          { host: 'b', port: 1 },
        ],
        trustCaFile: '/ca.pem',
        proxyBudgetMs: 4000,
        onDemandLimit: 10,
      },
      parentPid: 42,
      untilStdinCloses: true,
    });
  });

  test('needs no more than ports; everything else is off', () => {
    expect(readCommandLine(anyPorts)).toEqual({
      options: {
        port: 7000,
        controlPort: 7001,
        accounts: [],
        allowUnsigned: false,
        skipPolicyChecks: false,
        wrappingKeyReuse: 1,
        rotationSeconds: 0,
        settleSeconds: 0,
        connectSeconds: 0,
        xksConnect: [],
        proxyBudgetMs: 250,
        onDemandLimit: 25,
        quotas: 'off',
      },
      parentPid: null,
      untilStdinCloses: false,
    });
    expect(readCommandLine(['--help'])).toBeNull();
  });

  test.each([
    [['--port', '0']],
    [['--port', '70000', '--control-port', '0']],
    [['--port', 'x', '--control-port', '0']],
    [[...anyPorts, '--account', '12:KEY:secret']],
    [[...anyPorts, '--account', '111122223333:KEY']],
    [[...anyPorts, '--host', '0.0.0.0']],
    [[...anyPorts, '--quotas']],
    [[...anyPorts, '--wrapping-key-reuse', '0']],
    [[...anyPorts, '--parent-pid', '0']],
    [[...anyPorts, '--connect-seconds', 'soon']],
    [[...anyPorts, '--xks-connect', 'xks.example.test']],
    [[...anyPorts, '--xks-connect', 'xks.example.test=10.0.0.1:443']],
    [[...anyPorts, '--xks-connect', 'xks.example.test=localhost:443']],
    [[...anyPorts, '--xks-connect', 'xks.example.test=127.0.0.1:0']],
    [[...anyPorts, '--xks-connect', 'xks.example.test=127.0.0.1:70000']],
    [[...anyPorts, '--xks-connect', 'xks_example=127.0.0.1:443']],
    [[...anyPorts, 'extra']],
  ])('%j is refused', (args) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
  });

  test('what is wrong in a file of faults is said with its place', () => {
    const folder = mkdtempSync(join(tmpdir(), 'practice-options-'));
    const file = join(folder, 'faults.json');
    const problemOf = (text: string): unknown => {
      writeFileSync(file, text);
      try {
        return readCommandLine([...anyPorts, '--mischief', file]);
      } catch (error) {
        return (error as Error).message;
      }
    };
    try {
      expect(problemOf('{"operations":{"CreateKeys":{}}}')).toBe(
        `--mischief ${file}: operations.CreateKeys: no operation of KMS, no sts:… and not *`,
      );
      expect(problemOf('{"operations":{"*":{"throttle":-1}}}')).toContain(
        ': operations.*.throttle: ',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
