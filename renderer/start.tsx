import { lazy, Suspense } from 'react';
import { Connecting } from './features/entry/connection-pages.tsx';

/** A page in the background makes no frames; it need not wait for one (ms). */
const longestFrame = 100;

/** Once something is on the screen. */
const firstFrame = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, longestFrame);
  });

/** All of the work: read while the first page is on the screen and the host is being asked. */
const Work = lazy(async () => {
  await firstFrame();
  const { Window } = await import('./window.tsx');
  return { default: Window };
});

/** What a start shows: that it connects, before the window with everything in it is there. */
export function Start() {
  return (
    <Suspense fallback={<Connecting />}>
      <Work />
    </Suspense>
  );
}
