import type { Command } from 'commander';
import { z } from 'zod';
import { OperationError } from '../../../../shared/errors/operation-error.ts';
import type { CheckResult } from '../../xks/self-check.ts';
import { fileBytes } from '../secret-files.ts';
import type { Run } from './noun.ts';

interface CheckOptions {
  readonly endpoint: string;
  readonly credentialFile: string;
  readonly region: string;
  readonly authority?: string;
  readonly key?: string;
}

/** What `xks store …` hands over for AWS's console. */
const handedOver = z.object({
  XksProxyUriPath: z.string(),
  XksProxyAuthenticationCredential: z.object({
    AccessKeyId: z.string(),
    RawSecretAccessKey: z.string(),
  }),
});

/** `xks check`: needs no keystore, so it can run where AWS comes from. */
export function addCheck(noun: Command, run: Run): void {
  noun
    .command('check')
    .description('ask a proxy over the network as KMS does, and time it')
    .requiredOption('--endpoint <url>', 'as AWS is told it, https://name')
    .requiredOption('--credential-file <file>', 'path and credential, as handed over for AWS')
    .option('--region <region>', 'that KMS would call from', 'us-east-1')
    .option('--authority <file>', 'PEM: trust this one instead of those of this computer')
    .option('--key <id>', 'external key whose metadata is asked for, too')
    .action((options: CheckOptions) =>
      run(async (context) => {
        const { checkProxy } = await import('../../xks/self-check.ts');
        const given = credentialIn(options.credentialFile);
        const result = await checkProxy({
          endpoint: endpointOf(options.endpoint),
          path: given.XksProxyUriPath,
          accessKeyId: given.XksProxyAuthenticationCredential.AccessKeyId,
          secretAccessKey: given.XksProxyAuthenticationCredential.RawSecretAccessKey,
          region: options.region,
          authority:
            options.authority === undefined ? null : read(options.authority, '--authority'),
          key: options.key ?? null,
        });
        context.show(result, checkText);
        return result.ok ? 0 : 2;
      }),
    );
}

function endpointOf(text: string): string {
  if (/^https:\/\/[a-zA-Z0-9.-]+(:\d{1,5})?$/.test(text)) return text;
  throw new OperationError('BAD_INPUT', { field: '--endpoint', problem: 'it is not https://name' });
}

function credentialIn(file: string): z.output<typeof handedOver> {
  const problem = 'it is not the file that is handed over for AWS';
  try {
    return handedOver.parse(JSON.parse(read(file, '--credential-file')));
  } catch (error) {
    if (error instanceof OperationError) throw error;
    throw new OperationError('BAD_INPUT', { field: '--credential-file', problem });
  }
}

/** A credential is small; a bundle of authorities has a few hundred kilobytes. */
const longestFile = 1_048_576;

const read = (file: string, field: string): string =>
  fileBytes(file, field, longestFile).toString('utf8');

function checkText({ findings, times }: CheckResult): string {
  const lines = findings.map(({ ok, sentence }) => `${ok ? '✓' : '✗'} ${sentence}`);
  if (times !== null) {
    const [first, p50, most] = [times.first, times.p50, times.most].map((ms) => ms.toFixed(1));
    lines.push(
      `First call with its connection ${first} ms; then p50 ${p50} ms, longest ${most} ms.`,
    );
  }
  return lines.join('\n');
}
