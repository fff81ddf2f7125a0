import type { z } from 'zod';
import type { keyDetail, keyView } from '../../../shared/contract/key.ts';
import { kindOf } from '../../../shared/model/key-kinds.ts';
import { publicKeyFingerprint } from './public-key.ts';
import type { KeyWithRemote } from '../keystore/keys.ts';
import type { Key } from '../keystore/rows.ts';
import { sameMaterial } from '../keystore/same-material.ts';
import { keyState, otherMaterial } from '../keystore/views.ts';
import type { OpenKeystore } from './context.ts';

/** A key as lists show it. */
export function viewKey(
  open: OpenKeystore,
  { key, remote }: KeyWithRemote,
): z.output<typeof keyView> {
  const group = open.groups.get(key.groupId);
  return {
    id: key.id,
    groupId: group.id,
    groupName: group.name,
    version: key.version,
    reference: referenceOf(open, key),
    ...kindOf(key.spec, key.usage),
    lifecycle: key.lifecycle,
    state: keyState(remote, key.usage, open.clock.now()),
    kcv: key.kcv,
    storage: key.storage,
    assurance: key.assurance,
    madeAt: key.madeAt,
    broughtIn: key.broughtIn,
    plannedEnd: key.plannedEnd,
    remote: remote
      ? {
          keyId: remote.kmsKeyId,
          arn: remote.arn,
          account: remote.account,
          region: remote.region,
          state: remote.state,
          materialId: remote.materialId,
          otherMaterial: otherMaterial(remote),
          materialState: remote.materialState,
          importState: remote.importState,
          validTo: remote.validTo,
          alias: remote.alias,
          readAt: remote.readAt,
        }
      : null,
  };
}

const referenceOf = (open: OpenKeystore, { groupId, version }: Key): string =>
  `${open.references.groupPath(open.groups.get(groupId))}/${version}`;

/** What it was copied from, as it was called then and as it is called now. */
function viewOriginal(open: OpenKeystore, { copiedFrom }: Key) {
  if (copiedFrom === null) return null;
  const { keyId, group, version } = copiedFrom;
  const there = open.keys.byId(keyId);
  return { group, version, reference: there === null ? null : referenceOf(open, there.key) };
}

/** A key with its copies and history: could we put this key back tomorrow? */
export function viewKeyDetail(
  open: OpenKeystore,
  found: KeyWithRemote,
): z.output<typeof keyDetail> {
  const { key } = found;
  const place = open.deeds.safety.place;
  const opened = open.keys.opened(key.id);
  return {
    ...viewKey(open, found),
    tokenSerial: key.tokenSerial,
    masterId: key.storage === 'hsm' ? key.masterId : null,
    publicKeySha256: publicKeyFingerprint(open.keys.publicKey(key.id)),
    copiedFrom: viewOriginal(open, key),
    sameMaterial: sameMaterial(open.keys, key).map((twin) => ({
      id: twin.key.id,
      groupId: twin.key.groupId,
      reference: referenceOf(open, twin.key),
      state: keyState(twin.remote, twin.key.usage, open.clock.now()),
      proved: twin.proved,
    })),
    lifecycleTimes: { ...key.lifecycleTimes } as Record<string, number>,
    renewsAt: open.renewals.of(key.id),
    copies: [
      opened === null
        ? { ok: true, text: 'Keystore, not opened since it was made', at: null }
        : {
            ok: opened.well,
            text: opened.well
              ? 'Keystore, opened with the right KCV'
              : 'The copy in the keystore did not open as noted at birth',
            at: opened.at,
          },
      key.backedUpAt === null
        ? {
            ok: false,
            text: place === null ? 'No backup place is chosen' : 'Not yet in a backup',
            at: null,
          }
        : { ok: true, text: 'Backup', at: key.backedUpAt },
      key.provedAt === null
        ? { ok: false, text: 'Not yet proved against AWS by a second import', at: null }
        : { ok: true, text: 'Proved against AWS', at: key.provedAt },
    ],
    history: open.keys.events(key.id).map(({ at, text, jobId }) => ({ at, text, jobId })),
  };
}
