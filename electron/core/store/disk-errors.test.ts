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
