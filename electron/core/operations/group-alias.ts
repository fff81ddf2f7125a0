import { OperationError } from '../../../shared/errors/operation-error.ts';

/** Alias follows Name until it is edited: what AWS does not allow becomes a dash. */
export function aliasFrom(name: string): string {
  const alias = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-zA-Z0-9/_-]+/g, '-')
    .replace(/^[-/]+|[-/]+$/g, '')
    .slice(0, 250);
  if (alias === '' || alias.startsWith('aws/')) {
    throw new OperationError('BAD_INPUT', {
      field: 'alias',
      problem: 'no alias can be made of this name: give one',
    });
  }
  return alias;
}
