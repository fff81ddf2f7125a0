import { describe, expect, it } from 'vitest';
import { awsCommand, type CallView, namesFiles } from './aws-command.ts';

const place = { region: 'eu-west-1', endpoint: null };
const made = (call: string, parameters: CallView['parameters']): CallView => ({
  call,
  parameters,
  requestId: null,
  took: 12,
  result: 'ok',
  changed: 'no',
});
const command = (call: string, parameters: CallView['parameters'], at = place): string | null =>
  awsCommand(made(call, parameters), at);
const blob = { bytes: 512, sha256: 'aa' };

describe('a call as a command of the AWS CLI', () => {
  it('names the call, its parameters and the Region', () => {
    expect(command('UpdateAlias', { AliasName: 'alias/ledger-prod', TargetKeyId: 'a81c' })).toBe(
      'aws kms update-alias --alias-name alias/ledger-prod --target-key-id a81c --region eu-west-1',
    );
  });

  it('says who answers when that is not AWS, and asks STS where the call is of STS', () => {
    const practice = { region: 'eu-west-1', endpoint: 'http://127.0.0.1:4599' };
    expect(awsCommand(made('GetCallerIdentity', {}), practice)).toBe(
      'aws sts get-caller-identity --region eu-west-1 --endpoint-url http://127.0.0.1:4599',
    );
  });

  it('quotes whatever means something to a shell', () => {
    expect(command('DisableKey', { KeyId: "x'; rm -rf $HOME #" })).toBe(
      `aws kms disable-key --key-id 'x'\\''; rm -rf $HOME #' --region eu-west-1`,
    );
    expect(command('DisableKey', { KeyId: '' })).toContain(`--key-id ''`);
  });

  it('leaves out what was not sent and adds what always is', () => {
    expect(
      command('CreateKey', {
        Origin: 'EXTERNAL',
        Description: 'payments [kr-1]',
        Policy: null,
        Tags: ['keyreeve:marker=kr-1=x'],
      }),
    ).toBe(
      `aws kms create-key --origin EXTERNAL --description 'payments [kr-1]' ` +
        `--tags '[{"TagKey":"keyreeve:marker","TagValue":"kr-1=x"}]' ` +
        '--key-spec SYMMETRIC_DEFAULT --key-usage ENCRYPT_DECRYPT --region eu-west-1',
    );
  });

  it('never holds material or a token: it names files for them', () => {
    const parameters = {
      KeyId: 'a81c',
      ImportToken: blob,
      EncryptedKeyMaterial: blob,
      ValidTo: null,
    };
    expect(command('ImportKeyMaterial', parameters)).toBe(
      'aws kms import-key-material --key-id a81c --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE ' +
        '--import-token fileb://ImportToken.bin ' +
        '--encrypted-key-material fileb://EncryptedKeyMaterial.bin --region eu-west-1',
    );
    expect(namesFiles(made('ImportKeyMaterial', parameters))).toBe(true);
    expect(namesFiles(made('DescribeKey', { KeyId: 'a81c' }))).toBe(false);
  });

  it('gives the date on which AWS deletes material in UTC', () => {
    const day = Date.UTC(2027, 10, 21, 3);
    expect(command('ImportKeyMaterial', { KeyId: 'a', ValidTo: day })).toContain(
      '--valid-to 2027-11-21T03:00:00.000Z --expiration-model KEY_MATERIAL_EXPIRES',
    );
  });

  it('sends text that the CLI would take for the name of a file as it is', () => {
    expect(command('CreateKey', { Description: 'file:///etc/passwd' })).toBe(
      `aws kms create-key --cli-input-json '{"Description":"file:///etc/passwd",` +
        `"KeySpec":"SYMMETRIC_DEFAULT","KeyUsage":"ENCRYPT_DECRYPT"}' --region eu-west-1`,
    );
  });

  it('puts numbers and policies as they were', () => {
    expect(command('ScheduleKeyDeletion', { KeyId: 'a', PendingWindowInDays: 7 })).toContain(
      '--pending-window-in-days 7',
    );
    expect(command('PutKeyPolicy', { KeyId: 'a', Policy: '{"Version": "2012-10-17"}' })).toContain(
      `--policy '{"Version": "2012-10-17"}' --policy-name default`,
    );
  });

  it('is not offered for a search over many keys', () => {
    expect(command('DescribeKey', { keys: 12, Description: '[kr-1]' })).toBeNull();
  });
});
