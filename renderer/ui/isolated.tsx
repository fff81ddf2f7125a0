import { Fragment } from 'react';

/**
 * A path of names, each of which keeps its own direction: the number after a name that is written
 * from right to left stays at its right, as after every other one.
 */
export function Isolated({ path }: { readonly path: string }) {
  return path.split('/').map((name, at) => (
    // Parts of one path have no other identity than where they stand.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={at}>
      {at === 0 ? '' : '/'}
      <bdi>{name}</bdi>
    </Fragment>
  ));
}
