import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { type AccessKeyFile, readAccessKeyFile } from './credential-file.ts';

const id = 'AKIAIOSFODNN7EXAMPLE';
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const two = `Access key ID,Secret access key\r\n${id},${secret}\r\n`;
const five =
  'User name,Password,Access key ID,Secret access key,Console login link\r\n' +
  `kms-push,,${id},${secret},https://123456789012.signin.aws.amazon.com/console\r\n`;

const read = (text: string | Uint8Array): AccessKeyFile =>
  readAccessKeyFile(typeof text === 'string' ? Buffer.from(text) : Uint8Array.from(text));
const secretText = (file: AccessKeyFile): string =>
  file.secretAccessKey.use((bytes) => bytes.toString());

it.each([
  ['as AWS gives it now', two, 'two-column', null],
  ['as AWS gave it before', five, 'five-column', 'kms-push'],
  ['with a byte order mark', `\ufeff${two}`, 'two-column', null],
  ['with plain line ends and blank lines', `${two.replaceAll('\r', '')}\n\n`, 'two-column', null],
  ['without a last line end', two.trimEnd(), 'two-column', null],
  [
    'with quoted cells',
    `"Access key ID","Secret access key"\n"${id}","${secret}"\n`,
    'two-column',
    null,
  ],
  [
    'with spaces around cells',
    `Access key ID , Secret access key\n ${id} , ${secret} \n`,
    'two-column',
    null,
  ],
  [
    'with another case of the names',
    `ACCESS KEY ID,Secret Access Key\n${id},${secret}\n`,
    'two-column',
    null,
  ],
  [
    'with its columns in another order',
    `Secret access key,Access key ID\n${secret},${id}\n`,
    'two-column',
    null,
  ],
])('reads a file %s', (_, text, layout, userName) => {
  const file = read(text);
  expect(file).toMatchObject({ accessKeyId: id, layout, userName });
  expect(secretText(file)).toBe(secret);
});

it('takes a secret that begins with a plus sign or a slash for a secret', () => {
  for (const start of ['+', '/']) {
    const other = start + secret.slice(1);
    expect(secretText(read(two.replace(secret, other)))).toBe(other);
  }
});

it('wipes the file it was given, also when it refuses it', () => {
  for (const text of [two, `${two}x`, 'nonsense']) {
    const bytes = Buffer.from(text);
    try {
      readAccessKeyFile(bytes);
    } catch (cause) {
      expect(cause).toBeInstanceOf(OperationError);
    }
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  }
});

it.each([
  ['an empty file', ''],
  ['a header alone', 'Access key ID,Secret access key\n'],
  ['two keys', `${two}${id},${secret}\n`],
  ['no header', `${id},${secret}\n`],
  ['an unknown column', `Access key ID,Secret access key,Note\n${id},${secret},x\n`],
  ['a column twice', `Access key ID,Secret access key,Access key ID\n${id},${secret},${id}\n`],
  ['a missing cell', `Access key ID,Secret access key\n${id}\n`],
  ['a cell too many', `Access key ID,Secret access key\n${id},${secret},x\n`],
  ['an access key ID that is none', two.replace(id, 'akia-not-a-key')],
  ['a temporary key', two.replace(id, 'ASIAIOSFODNN7EXAMPLE')],
  ['no secret', two.replace(secret, '')],
  ['a short secret', two.replace(secret, 'short')],
  ['a secret with a space', two.replace('K7MDENG', 'K7 DENG')],
  ['a secret that is a formula', two.replace(secret, `=cmd|' /C calc'!A0${secret}`)],
  ['a user name that is a formula', five.replace('kms-push', '=HYPERLINK("http://x")')],
  ['a user name that begins with @', five.replace('kms-push', '@SUM(A1)')],
  ['a link that is a formula', five.replace('https://', '+https://')],
  ['a NUL', two.replace(',', ',\0')],
  ['an unfinished quote', `Access key ID,Secret access key\n"${id},${secret}\n`],
  ['text behind a quote', `Access key ID,Secret access key\n"${id}"x,${secret}\n`],
  ['a web page', '<html><body>Sign in</body></html>'],
  ['a binary file', Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0, 0xff, 0xfe])],
  ['UTF-16', Buffer.from(two, 'utf16le')],
  ['more than 64 KB', `${two}${'\n'.repeat(70_000)}`],
])('refuses %s without repeating a secret', (_, text) => {
  let failure: unknown;
  try {
    read(text);
  } catch (cause) {
    failure = cause;
  }
  expect(failure).toMatchObject({ code: 'CREDENTIAL_FILE_INVALID' });
  const shown = inspect(failure, { depth: 10 });
  expect(shown).not.toContain(secret.slice(5, 25));
  expect(shown).not.toContain(id);
});
