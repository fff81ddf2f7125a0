import type { ReactNode } from 'react';
import { places, type Screen } from '../state/places.ts';
import styles from './screen.module.css';

/** The frame of a screen: its title, what can be done on it, and its content, which may scroll. */
export function ScreenFrame({
  screen,
  deeds,
  children,
  padded = false,
}: {
  readonly screen: Screen;
  readonly deeds?: ReactNode;
  readonly children: ReactNode;
  readonly padded?: boolean;
}) {
  return (
    <div className={styles['screen']}>
      <header className={styles['head']}>
        <h1>{places.find((place) => place.screen === screen)?.title}</h1>
        <div className={styles['deeds']}>{deeds}</div>
      </header>
      <div className={padded ? styles['padded'] : styles['content']}>{children}</div>
    </div>
  );
}

/** A group of facts or settings on a padded screen. */
export function Section({
  title,
  children,
  deeds,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly deeds?: ReactNode;
}) {
  return (
    <section className={styles['section']} aria-label={title}>
      <h2>{title}</h2>
      {children}
      {deeds === undefined ? null : <div className={styles['row']}>{deeds}</div>}
    </section>
  );
}

/** Names and values under each other: `KMS key  7c1d…e20f`. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles['facts']}>
      {facts.map(([term, value]) => (
        <div key={term} className={styles['fact']}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
