import type { JobKind } from '../kind.ts';
import { bringIn } from './bring-in.ts';
import { copyKey } from './copy-key.ts';
import { disableFormer } from './disable.ts';
import { discard } from './discard.ts';
import { forceRotate } from './force-rotate.ts';
import { makeActive } from './make-active.ts';
import { renew } from './renew.ts';
import type { DeedServices } from './services.ts';
import { rotateMaterial } from './rotate-material.ts';
import { synchronize } from './synchronize.ts';
import { turnKey } from './turn-key.ts';
import { createXksKey } from './xks/key-create.ts';
import { releaseXksKey } from './xks/key-release.ts';
import { turnXksKey } from './xks/key-state.ts';
import { connectStore, disconnectStore } from './xks/store-connection.ts';
import { createStore } from './xks/store-create.ts';
import { rotateCredential } from './xks/store-rotate-credential.ts';
import { deleteStore, updateStore } from './xks/store-update.ts';

const xksKinds = [
  createStore,
  connectStore,
  disconnectStore,
  updateStore,
  rotateCredential,
  deleteStore,
  createXksKey,
  turnXksKey('enable'),
  turnXksKey('disable'),
  turnXksKey('schedule-deletion'),
  turnXksKey('cancel-deletion'),
  releaseXksKey,
];

/** Every kind of job there is. A job of a kind not named here is parked, never deleted. */
export const jobKinds = (services: DeedServices): readonly JobKind<never>[] =>
  [
    forceRotate,
    bringIn,
    copyKey,
    rotateMaterial,
    synchronize,
    renew,
    makeActive,
    turnKey('disable'),
    turnKey('enable'),
    disableFormer,
    discard,
    ...xksKinds,
  ].map((kind) => kind(services) as unknown as JobKind<never>);
