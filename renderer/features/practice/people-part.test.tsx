// @vitest-environment jsdom
import { fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { largestPrincipalsFile } from '../../../shared/contract/practice-shapes.ts';
import { useNavigation } from '../../state/navigation.ts';
import { usePracticeView } from '../../state/practice-view.ts';
import { snapshotOf, statusOf } from '../../testing/pictures.fixture.ts';
import { refuse, ScriptedLink } from '../../testing/scripted-link.fixture.ts';
import { memoryOf, openWindow, type TestWindow } from '../../testing/window.fixture.tsx';
import type { Principal } from './people-part.tsx';

const secret = 'made-up/secret/of/a/custodian';
const text = JSON.stringify({ accounts: [{ secret }] });
const custodian: Principal = {
  arn: 'arn:aws:iam::123456789012:user/keys/custodian',
  account: '123456789012',
  kind: 'user',
  name: 'custodian',
  accessKeyIds: ['AKIAPRACTICECUSTODIA'],
  policies: [],
  reading: [],
};

/** What the practice KMS was given, as text. */
let arrived: string[] = [];

function practiceCore(): ScriptedLink {
  arrived = [];
  let principals: Principal[] = [];
  return new ScriptedLink({
    'session.snapshot': () => snapshotOf('verified', 'practice'),
    'keystore.status': () => statusOf('verified', 'practice'),
    'practice.status': () => ({
      url: 'http://127.0.0.1:7800',
      ours: true,
      softHsm: false,
      credential: 'practice',
      account: '123456789012',
      calls: 0,
    }),
    'practice.principals': () => ({ principals }),
    'practice.loadPrincipals': ({ file }) => {
      // Now: the window wipes the bytes that it gave.
      arrived.push([...file].map((byte) => String.fromCharCode(byte)).join(''));
      principals = [custodian];
      return { principals };
    },
  });
}

let opened: TestWindow | null = null;
afterEach(() => {
  opened?.close();
  opened = null;
  usePracticeView.getState().show('kms');
});

async function openPeople(link: ScriptedLink): Promise<HTMLElement> {
  opened = openWindow(link);
  useNavigation.getState().go('practice');
  usePracticeView.getState().show('people');
  return screen.findByLabelText('Principals file');
}

const choose = (field: HTMLElement, ...parts: BlobPart[]) =>
  fireEvent.change(field, { target: { files: [new File(parts, 'people.json')] } });

describe('a principals file', () => {
  it('goes to the practice KMS as it is, and who it names is shown', async () => {
    const link = practiceCore();
    const field = await openPeople(link);
    expect(await screen.findByText('Nobody.')).toBeTruthy();
    choose(field, text);
    expect(await screen.findAllByText(/people\.json is loaded\./)).toBeTruthy();
    expect(arrived).toEqual([text]);
    link.change('practice');
    expect(await screen.findByText('AKIAPRACTICECUSTODIA')).toBeTruthy();
  });

  it('leaves no secret in the memory of the window', async () => {
    const field = await openPeople(practiceCore());
    choose(field, text);
    await screen.findAllByText(/people\.json is loaded\./);
    expect(opened && memoryOf(opened)).not.toContain(secret);
  });

  it('that is refused says why, and nothing is shown as loaded', async () => {
    const link = practiceCore();
    link.script['practice.loadPrincipals'] = () => {
      throw refuse('PRACTICE_REFUSED', { problem: 'accounts.0.users.0: unknown member' });
    };
    const field = await openPeople(link);
    choose(field, text);
    expect(await screen.findByText('The practice KMS did not accept that.')).toBeTruthy();
    expect(screen.queryAllByText(/is loaded/)).toEqual([]);
    expect(screen.getByText('Nobody.')).toBeTruthy();
  });

  it.each([
    ['empty', []],
    ['larger than a call may bring', [' '.repeat(largestPrincipalsFile + 1)]],
  ])('that is %s is not sent', async (_name, parts) => {
    const link = practiceCore();
    const field = await openPeople(link);
    choose(field, ...parts);
    const said = await screen.findByText('! The file is empty or larger than 64 KB.');
    expect(said.getAttribute('role')).toBe('status');
    expect(link.made('practice.loadPrincipals')).toEqual([]);
  });

  it('of the largest size is sent', async () => {
    const link = practiceCore();
    const field = await openPeople(link);
    choose(field, ' '.repeat(largestPrincipalsFile));
    await waitFor(() => expect(link.made('practice.loadPrincipals')).toHaveLength(1));
    expect(arrived[0]).toHaveLength(largestPrincipalsFile);
  });
});
