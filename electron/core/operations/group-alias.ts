import { aliasName } from '../../../shared/contract/shapes.ts';
import { OperationError } from '../../../shared/errors/operation-error.ts';

/**
 * Alias follows Name until it is edited: what AWS does not allow becomes a dash, and "alias/", which
 * AWS puts before every alias, is not said twice.
 * @throws OperationError BAD_INPUT where nothing is left that AWS takes
 */
export function aliasFrom(name: string): string {
  const alias = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-zA-Z0-9/_-]+/g, '-')
    .replace(/^[-/]+|[-/]+$/g, '')
    .replace(/^(?:alias\/[-/]*)+/, '')
    .slice(0, 250);
  if (!aliasName.safeParse(alias).success) {
    throw new OperationError('BAD_INPUT', {
      field: 'alias',
      problem: 'no alias can be made of this name: give one',
    });
  }
  return alias;
}
