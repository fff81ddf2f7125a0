import { Fragment } from 'react';
import styles from './isolated.module.css';

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

/** A path in a place that may be too narrow for it: its end stays, for the name and the version tell keys apart. */
export function PathByItsEnd({ path }: { readonly path: string }) {
  return (
    <span title={path} className={styles['end']}>
      <bdi dir="ltr">
        <Isolated path={path} />
      </bdi>
    </span>
  );
}
