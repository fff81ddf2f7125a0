import './no-eval.ts';

/**
 * The contract, for whatever in the window needs its schemas: after it was told to make no code from
 * text. Import no schema from elsewhere, or it may come first.
 */
export { contract, findOperation } from '../../shared/contract/index.ts';
