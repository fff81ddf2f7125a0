import { useEffect, useState } from 'react';
import { useEntry } from '../../state/entry.ts';
import { useNotices } from '../../state/notices.ts';
import { useDeed, useRead } from '../../state/reads.ts';
import { type Snapshot, useSnapshot } from '../../state/snapshot.ts';
import { ChooseWay } from './choose-way.tsx';
import { CreatePractice } from './create-practice.tsx';
import { CreateReal } from './create-real.tsx';
import { FirstGroup } from './first-group.tsx';
import { FirstRotation } from './first-rotation.tsx';
import { guideStep, type Way } from './guide-step.ts';
import { OpenOther } from './open-other.tsx';
import { PracticePlace } from './practice-place.tsx';
import { RealPlace } from './real-place.tsx';
import { RealReady } from './real-ready.tsx';

/** The first steps: from nothing to a keystore, and on to its first rotated key. */
export function FirstRun() {
  const snapshot = useSnapshot().data;
  return snapshot ? <Guide snapshot={snapshot} /> : null;
}

function Guide({ snapshot }: { readonly snapshot: Snapshot }) {
  const [way, setWay] = useState<Way>('choose');
  const guide = useEntry((state) => state.guide);
  const { state, realm, path } = snapshot.keystore;
  const practice = useRead(
    'practice.status',
    {},
    { enabled: state !== 'absent' && realm === 'practice' },
  );
  const setUp = useDeed('practice.setUp');
  const step = guideStep(snapshot, practice.data ?? null, way, setUp.busy);
  const over = step.step === 'over';
  // Every step shows by itself how far it came: what was cut off need not be said later.
  useEffect(() => useNotices.getState().dismiss(), []);
  useEffect(() => {
    if (over) guide(false);
  }, [over, guide]);

  switch (step.step) {
    case 'way':
      return <FirstWay way={step.way} onWay={setWay} path={path} />;
    case 'practice-place':
      return <PracticePlace path={path} practice={practice} setUp={setUp} />;
    case 'first-group':
      return <FirstGroup path={path} practice={practice.data} />;
    case 'first-rotation':
      return <FirstRotation path={path} />;
    case 'real-place':
      return <RealPlace path={path} />;
    case 'real-ready':
      return <RealReady path={path} />;
    case 'over':
      return null;
  }
}

function FirstWay({
  way,
  onWay,
  path,
}: {
  readonly way: Way;
  readonly onWay: (way: Way) => void;
  readonly path: string;
}) {
  const guide = useEntry((state) => state.guide);
  const back = (): void => onWay('choose');
  const begin = (to: Way): void => {
    // On from here, so that the steps go on when the keystore is there.
    guide(to === 'practise' || to === 'real');
    onWay(to);
  };
  switch (way) {
    case 'choose':
      return <ChooseWay path={path} onWay={begin} />;
    case 'practise':
      return <CreatePractice path={path} back={back} />;
    case 'real':
      return <CreateReal path={path} back={back} />;
    case 'open':
      return <OpenOther path={path} back={back} />;
  }
}
