import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { createRoot } from 'react-dom/client';
import { clientOver } from './client/client.ts';
import { desktopBridge } from './client/desktop-link.ts';
import { openLink } from './client/open-link.ts';
import { useDialogs } from './state/dialogs.ts';
import { newReads } from './state/reads.ts';
import { tellOfActivity } from './state/activity.ts';
import { keepBack } from './state/history.ts';
import { keepFocusInSight } from './state/focus-in-sight.ts';
import { keepFocus } from './state/keep-focus.ts';
import { askingSecondPerson } from './state/second-person.ts';
import { isOpen } from './state/snapshot.ts';
import { sayCutOff, takeCutOff } from './state/cut-off.ts';
import { watchUnsaved } from './state/unsaved.ts';
import { followChanges } from './state/follow.ts';
import './ui/base.css';
import { Root } from './root.tsx';
import { Start } from './start.tsx';

/** The style nonce that the host gave this page load: without it no style of ours would apply. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const styles = createCache({ key: 'kr', ...(nonce === '' ? {} : { nonce }) });

const place = document.getElementById('window');
if (!place) throw new Error('the page has no place for the window');

const link = openLink({
  // What is being typed stands in a dialog; everything else is read again.
  nothingToLose: () => useDialogs.getState().open.length === 0,
});
const call = askingSecondPerson(clientOver(link));
const reads = newReads();
followChanges(link, reads);
tellOfActivity(call);
keepBack(() => isOpen(reads));
keepFocus();
keepFocusInSight();
sayCutOff(takeCutOff());
// Electron would not ask, it would only not close; there the page is kept by its host.
watchUnsaved(reads, desktopBridge() === null);

createRoot(place).render(
  <CacheProvider value={styles}>
    <Root host={{ link, call }} reads={reads}>
      <Start />
    </Root>
  </CacheProvider>,
);
