import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationError } from '../../../shared/errors/operation-error.ts';
import { TypedSecret } from './ask-terminal.ts';
import { longestSecret, secretFromDescriptor, secretFromFile } from './secret-files.ts';
import { readSecret } from './secret-sources.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'krp-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (content: string | Buffer, mode = 0o600): string => {
  const path = join(folder, `f${Math.random().toString(36).slice(2)}`);
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
  return path;
};
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const quiet = (): void => undefined;

it.each([
  ['correct horse', 'correct horse'],
  ['correct horse\n', 'correct horse'],
  ['correct horse\r\n', 'correct horse'],
  ['two\nlines\n', 'two\nlines'],
  ['\n\n', '\n'],
  ['ends with cr\r', 'ends with cr\r'],
])('takes the file %j but for one line end', (content, expected) => {
  expect(text(secretFromFile(file(content), 'passphrase', quiet))).toBe(expected);
});

it('warns when others may read the file', () => {
  const warnings: string[] = [];
  secretFromFile(file('x', 0o644), 'passphrase', (w) => warnings.push(w));
  expect(warnings).toHaveLength(1);
  secretFromFile(file('x', 0o600), 'passphrase', (w) => warnings.push(w));
  expect(warnings).toHaveLength(1);
});

it('refuses what is empty, too long, missing, a folder or a device', () => {
  mkdirSync(join(folder, 'd'), { recursive: true });
  const long = file(Buffer.alloc(longestSecret + 1, 65));
  for (const path of [file(''), file('\n'), long, '/nonexistent', join(folder, 'd'), '/dev/zero']) {
    expect(() => secretFromFile(path, 'passphrase', quiet)).toThrow('BAD_INPUT');
  }
  expect(secretFromFile(file(Buffer.alloc(longestSecret, 65)), 'pin', quiet)).toHaveLength(4096);
});

it('says first what is wrong with a file, for a long path is cut at its end', () => {
  const problem = (path: string): unknown => {
    try {
      return secretFromFile(path, 'passphrase', quiet);
    } catch (error) {
      return (error as OperationError).details['problem'];
    }
  };
  const tooLong = join(folder, 'x'.repeat(256));
  const large = file(Buffer.alloc(longestSecret + 1, 65));
  expect(problem(tooLong)).toBe(`a name is too long for a file: ${tooLong}`);
  expect(problem(join(large, 'x'))).toBe(`there is no file ${join(large, 'x')}`);
  expect(problem(large)).toBe(`larger than ${longestSecret} bytes: ${large}`);
  expect(problem(folder)).toBe(`not a regular file: ${folder}`);
});

it('reads one line after the other from the same descriptor', async () => {
  const fd = openSync(file('first\nsecond'), 'r');
  expect(text(await secretFromDescriptor(fd, 'passphrase'))).toBe('first');
  expect(text(await secretFromDescriptor(fd, 'new-passphrase'))).toBe('second');
  await expect(secretFromDescriptor(fd, 'pin')).rejects.toThrow('BAD_INPUT');
  closeSync(fd);
  await expect(secretFromDescriptor(991, 'pin')).rejects.toThrow('BAD_INPUT');
});

it('names the option through which nothing came', async () => {
  const asked = { option: 'passphrase', prompt: 'Passphrase' };
  await expect(readSecret({ ...asked, file: file('') }, quiet)).rejects.toMatchObject({
    details: { field: '--passphrase-file', problem: 'it is empty' },
  });
  await expect(readSecret({ ...asked, fd: 991 }, quiet)).rejects.toMatchObject({
    details: { field: '--passphrase-fd', problem: 'descriptor 991 cannot be read' },
  });
});

it('refuses two sources for one secret', async () => {
  const source = { option: 'pin', prompt: 'PIN', fd: 0, file: '/x' };
  await expect(readSecret(source, quiet)).rejects.toMatchObject({ details: { field: 'pin' } });
});

const type = (input: string): { state: string; secret: string } => {
  const typed = new TypedSecret();
  let state = 'more';
  for (const byte of Buffer.from(input)) if (state === 'more') state = typed.take(byte);
  return { state, secret: text(typed.finish()) };
};

it.each([
  ['abc\r', 'done', 'abc'],
  ['abc\n', 'done', 'abc'],
  ['abx\u007fc\r', 'done', 'abc'],
  ['pä\u007fa\r', 'done', 'pa'],
  ['\u007f\u007fa\r', 'done', 'a'],
  ['wrong\u0015right\r', 'done', 'right'],
  ['a\u0004', 'done', 'a'],
  ['\u0004', 'declined', ''],
  ['abc\u0003', 'declined', 'abc'],
  ['a\u001b[Ab\r', 'done', 'a[Ab'],
])('reads keys %j', (input, state, secret) => {
  expect(type(input)).toEqual({ state, secret });
});
