import { configure } from '@testing-library/dom';
import { layOut } from './laid-out.fixture.ts';

// Run before each file of the renderer's tests. The files share one page, so that each begins with
// the same: nothing stored, everything laid out.
if (typeof document !== 'undefined') {
  localStorage.clear();
  sessionStorage.clear();
  document.body.replaceChildren();
  layOut();
}

// A busy machine may take its time; what never comes true fails all the same.
configure({ asyncUtilTimeout: 10_000 });
