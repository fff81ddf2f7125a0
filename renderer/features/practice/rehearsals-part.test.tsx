// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import {
  rehearsalNames,
  rehearsalSteps,
  type RehearsalState,
} from '../../../shared/model/rehearsals.ts';
import { clientOver } from '../../client/client.ts';
import { Root } from '../../root.tsx';
import { newReads } from '../../state/reads.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { type Rehearsal, RehearsalsPart } from './rehearsals-part.tsx';

afterEach(cleanup);

/** Names of the buttons that stand out; the first rehearsal is in this state, the others are new. */
async function filled(first: RehearsalState): Promise<readonly string[]> {
  const rehearsals = rehearsalNames.map(
    (rehearsal, at): Rehearsal => ({
      rehearsal,
      state: at === 0 ? first : 'new',
      steps: rehearsalSteps[rehearsal].map((step) => ({ step, done: false, found: '' })),
      groupId: null,
      groupName: null,
      keyId: null,
      jobId: null,
      folderId: null,
      keyReference: null,
      advanceSeconds: null,
      begunAt: null,
    }),
  );
  const link = new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'practice.rehearsals': () => ({ rehearsals }),
  });
  render(
    <Root host={{ link, call: clientOver(link) }} reads={newReads()}>
      <RehearsalsPart />
    </Root>,
  );
  const all = await screen.findAllByRole('button');
  return all
    .filter(({ className }) => className.includes('MuiButton-contained'))
    .map(({ textContent }) => textContent);
}

it('lets only the next step of a rehearsal under way stand out', async () => {
  expect(await filled('under-way')).toHaveLength(1);
});

it('offers each to begin while none is under way', async () => {
  expect(await filled('new')).toEqual(rehearsalNames.map(() => 'Begin'));
});
