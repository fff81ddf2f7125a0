import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import {
  multiRegionTexts,
  standingTexts,
  warningOf,
  whatItIs,
  whatItMeans,
} from '../../../shared/text/scans.ts';
import { shortId } from '../../../shared/text/states.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { Ident } from '../../ui/ident.tsx';
import { Isolated } from '../../ui/isolated.tsx';
import { Moment } from '../../ui/moment.tsx';
import { sayDay } from '../../ui/moments.ts';
import { Facts } from '../../ui/screen.tsx';
import { StateWord } from '../../ui/state-word.tsx';
import type { FoundKey } from './found-columns.tsx';
import styles from './scan.module.css';

/** One KMS key in full: what it is, what that means, and the way on. */
export function FoundInFull({
  found,
  readAt,
}: {
  readonly found: FoundKey;
  readonly readAt: number;
}) {
  const show = useDialogs((state) => state.show);
  const warning = warningOf(found, readAt, sayDay);
  const { owner, mark, failure } = found;
  const job = mark?.job ?? null;
  return (
    <section className={styles['detail']} aria-label={`KMS key ${found.keyId}`}>
      <p>
        <strong>
          <StateWord state={standingTexts[found.standing]} />
        </strong>
        {'. '}
        {whatItIs(found)}.
      </p>
      <p>{whatItMeans(found)}</p>
      {warning === null ? null : (
        <p className="tone-attention">
          <span aria-hidden="true">! </span>
          {warning}.
        </p>
      )}
      {failure === null ? null : <FailureNotice failure={failure} />}
      <Facts facts={factsOf(found)} />
      <div className={styles['ways']}>
        {owner?.kind === 'key' ? (
          <Button onClick={() => show({ kind: 'key-properties', key: owner.id })}>
            Properties of&nbsp;
            <Isolated path={owner.reference} />
          </Button>
        ) : null}
        {job === null ? null : (
          <Button onClick={() => show({ kind: 'job', job: job.id })}>Show job {job.number}</Button>
        )}
      </div>
    </section>
  );
}

type Fact = readonly [string, ReactNode];

function factsOf({ keyId, arn, aliases, read, mark }: FoundKey): readonly Fact[] {
  return [
    ['KMS key', <Ident key="id" value={keyId} what="KMS key id" short={false} />],
    ['ARN', <Ident key="arn" value={arn} what="ARN" shown={`…:key/${shortId(keyId)}`} />],
    ['Aliases', aliases.length === 0 ? 'none' : aliases.join(', ')],
    ...(read === null ? [] : factsRead(read)),
    ...(mark === null ? [] : factsOfMark(mark)),
  ];
}

function factsRead(read: NonNullable<FoundKey['read']>): readonly Fact[] {
  return [
    ['State', read.state],
    ['Origin', read.origin],
    ['Spec and usage', `${read.spec}, ${read.usage}`],
    ['Multi-Region', multiRegionTexts[read.multiRegion]],
    ['Made', <Moment key="made" at={read.createdAt} />],
    ...(read.validTo === null
      ? []
      : [['Material until', <Moment key="valid" at={read.validTo} />] as const]),
    ...(read.deletionAt === null
      ? []
      : [['Deleted on', <Moment key="deleted" at={read.deletionAt} />] as const]),
    ...(read.keyStoreId === null ? [] : [['Key store', read.keyStoreId] as const]),
    ...(read.description === ''
      ? []
      : [['Description', <bdi key="description">{read.description}</bdi>] as const]),
  ];
}

function factsOfMark(mark: NonNullable<FoundKey['mark']>): readonly Fact[] {
  return [
    ['Mark', mark.marker ?? 'in its tags only'],
    ...(mark.storeId === null
      ? [
          [
            'Keystore',
            mark.tags === 'read' ? 'its tags do not say' : 'its tags may not be read',
          ] as const,
        ]
      : [
          [
            'Keystore',
            <Ident key="store" value={mark.storeId} what="id of the keystore" short={false} />,
          ] as const,
        ]),
  ];
}
