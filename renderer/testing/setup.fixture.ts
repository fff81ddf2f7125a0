import { configure } from '@testing-library/dom';
import { afterEach, expect } from 'vitest';
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
configure({ asyncUtilTimeout: 30_000 });

// React says in the console what is wrong with a page: two children of one key, an attribute that is
// none, a tag that there is not. A test in which it says anything fails. What it says of tests that
// are not waited for depends on how fast the machine is, and is left out.
const complaints: string[] = [];
const ofTiming = /\bact\b/;
Object.assign(console, {
  error: (...words: unknown[]) => {
    const said = words.map(String).join(' ');
    if (!ofTiming.test(said)) complaints.push(said);
  },
});
afterEach(() => {
  expect(complaints.splice(0), 'said in the console').toEqual([]);
});
