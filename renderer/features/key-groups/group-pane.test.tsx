// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { clientOver } from '../../client/client.ts';
import { Root } from '../../root.tsx';
import { newReads } from '../../state/reads.ts';
import { snapshotOf } from '../../testing/pictures.fixture.ts';
import { ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { groupShown } from '../plans/plan.fixture.ts';
import { GroupPane } from './group-pane.tsx';
import { KeyPane } from './key-pane.tsx';
import { someGroup, someKey } from './things.fixture.ts';

afterEach(cleanup);

const link = () =>
  new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified'),
    'group.show': () => groupShown({ mapping: 'material', rotations }),
    'key.show': () => new Promise(() => undefined),
  });
const rotations = {
  done: 7,
  most: 25,
  text: 'Next is rotation 8 of 25; at this pace the last is in Nov 2043.',
};

it('says how many rotations AWS grants the KMS key that all versions are in', async () => {
  const scripted = link();
  render(
    <Root host={{ link: scripted, call: clientOver(scripted) }} reads={newReads()}>
      <GroupPane view={someGroup({ mapping: 'material' })} />
    </Root>,
  );
  const fact = await screen.findByText(rotations.text);
  expect(fact.closest('div')?.textContent).toContain('KMS key');
});

it.each([
  ['Stopped', /lacks material of another version/],
  ['Pending rotation', /nothing is encrypted under it yet/],
] as const)('says what %s means for a version in a KMS key with others', async (state, meaning) => {
  const scripted = link();
  render(
    <Root host={{ link: scripted, call: clientOver(scripted) }} reads={newReads()}>
      <KeyPane view={someKey({ state })} />
    </Root>,
  );
  expect(await screen.findByText(state)).toBeTruthy();
  expect(screen.getByText(meaning)).toBeTruthy();
});
