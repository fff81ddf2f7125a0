import { expect, it } from 'vitest';
import { OperationError } from '../../../shared/errors/operation-error.ts';
import { renderFailure } from '../../../shared/text/failures.ts';
import { diskFailure } from './disk-errors.ts';

function told(code: string): { readonly code: string; readonly headline: string } {
  const error = Object.assign(new Error('no'), { code, syscall: 'open' });
  const failure = diskFailure(error, 'read slots');
  if (!(failure instanceof OperationError)) throw failure;
  return { code: failure.code, headline: renderFailure(failure.toFailure()).headline };
}

it('tells a disk that is read-only from an account that is not allowed', () => {
  expect(told('EROFS')).toEqual({
    code: 'DISK_READ_ONLY',
    headline: 'The disk does not take changes.',
  });
  expect(told('EACCES')).toEqual({
    code: 'DISK_READ_ONLY',
    headline: 'This account may not use the files of the keystore.',
  });
  expect(told('ENOSPC').code).toBe('DISK_FULL');
  expect(told('EIO').code).toBe('DISK_FAILED');
});

it('leaves an error that is not of the disk as it is', () => {
  const error = new Error('ours');
  expect(diskFailure(error, 'read')).toBe(error);
});

it.each([
  [
    'a disk',
    {},
    /^The keystore lies where nothing can be written\.\n/,
    /Make \S*k\S* writable, or copy/,
  ],
  [
    'another account',
    { why: 'not allowed' },
    /^This account may not change/,
    /Let this account read/,
  ],
])('says of a keystore of %s that takes no change what to do', (_whose, more, headline, next) => {
  const details = { path: '/srv/k', keystore: '/srv/k', ...more };
  const told = renderFailure({ code: 'DISK_READ_ONLY', details });
  const text = [told.headline, told.forYourKeys, told.next].join('\n');
  expect(text).toMatch(headline);
  expect(text).toMatch(next);
  expect(text).toContain('It was not opened');
});
