import { Fragment } from 'react';

/**
 * A path of names, each of which keeps its own direction: the number after a name that is written
 * from right to left stays at its right, as after every other one.
 */
export function Isolated({ path }: { readonly path: string }) {
  const names = path.split('/');
  return names.map((name, at) => (
    <Fragment key={names.slice(0, at + 1).join('/')}>
      {at === 0 ? '' : '/'}
      <bdi>{name}</bdi>
    </Fragment>
  ));
}
