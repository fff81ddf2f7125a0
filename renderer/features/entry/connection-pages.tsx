import Button from '@mui/material/Button';
import { type ReactNode, useEffect, useState } from 'react';
import type { LinkState } from '../../client/link.ts';
import { useHost } from '../../state/host.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { EntryDeeds, EntryFrame } from './entry-frame.tsx';

export type RefusedReason = Extract<LinkState, { kind: 'refused' }>['reason'];

/** A connection takes a moment; one that takes longer has something to say (ms). */
const aMoment = 4_000;

/** Before the first answer came. */
export function Connecting() {
  const { link } = useHost();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), aMoment);
    return () => clearTimeout(timer);
  }, []);
  return (
    <EntryFrame title="Connecting to the keystore">
      <p role="status">
        {slow
          ? 'No answer yet. Where another browser works with this keystore, it is asked first. If Keyreeve has ended, start it again where it ran.'
          : 'The window asks the process that holds the keystore.'}
      </p>
      {slow ? (
        <EntryDeeds>
          <Button onClick={() => link.retry()}>Connect now</Button>
        </EntryDeeds>
      ) : null}
    </EntryFrame>
  );
}

interface Page {
  readonly title: string;
  readonly what: string;
  readonly next: ReactNode;
}

const another = (
  <>
    In a terminal on the computer that runs Keyreeve,{' '}
    <CommandLine command="keyreeve console link" /> prints another link. Open it here.
  </>
);

const pages: Readonly<Record<RefusedReason, Page>> = {
  'no-session': {
    title: 'This page did not come by a link of Keyreeve',
    what: 'The keystore opens only in the browser that was given a one-time link. Nothing was read or changed.',
    next: another,
  },
  'link-used': {
    title: 'This link has been used, or is older than 5 minutes',
    what: 'A link opens one browser, once. If it was not you who used it, lock the keystore at once.',
    next: another,
  },
  'wrong-port': {
    title: 'Keyreeve listens on another port than this page',
    what: 'Through an SSH tunnel both ends need the same port; else any page of this browser could pass for the console.',
    next: (
      <>
        Start it on a port of your choice, <CommandLine command="keyreeve console --port 4711" />,
        and forward the same one: <CommandLine command="ssh -L 4711:127.0.0.1:4711 HOST" />
      </>
    ),
  },
  'taken-over': {
    title: 'Another browser has taken over',
    what: 'One browser at a time works with a keystore. Nothing that was saved is lost; jobs go on.',
    next: another,
  },
  kept: {
    title: 'The other browser keeps working with this keystore',
    what: 'It was asked, and the person there did not hand over. Nothing was changed.',
    next: another,
  },
  ended: {
    title: 'This session has ended',
    what: 'It ends when Keyreeve stops, after 10 minutes without an open window, and after 8 hours. Finished steps of jobs are saved.',
    next: <>{another} If Keyreeve was stopped, start it again first.</>,
  },
};

/** The window may not go on: what happened, and the one deed that helps. */
export function Refused({ reason }: { readonly reason: RefusedReason }) {
  const { title, what, next } = pages[reason];
  return (
    <EntryFrame title={title}>
      <div role="alert">
        <p>{what}</p>
      </div>
      <p>
        <strong>Next: </strong>
        {next}
      </p>
    </EntryFrame>
  );
}
