import { useDialogs } from '../../state/dialogs.ts';
import { say } from '../../state/notices.ts';
import { useDeed } from '../../state/reads.ts';
import type { Failure } from '../../../shared/errors/operation-error.ts';
import { copyText } from '../../ui/copy.ts';
import type { XksDeeds } from './xks-menus.ts';
import type { Store, XksKey } from './xks-words.ts';
import { isolate } from '../../../shared/text/isolate.ts';

export const isKey = (target: Store | XksKey): target is XksKey => 'xksKeyId' in target;

/** The deeds of the place, each with its dialog; those that need none, and why one of them failed. */
export function useXksDeeds(): {
  readonly deeds: XksDeeds;
  readonly failure: Failure | null;
  readonly busy: boolean;
} {
  const show = useDialogs((state) => state.show);
  const check = useDeed('xksStore.check');
  const restore = useDeed('xks.restore');
  const enable = useDeed('xksKey.enable');
  const named = (target: Store | XksKey) => ({
    target: isKey(target) ? ('key' as const) : ('store' as const),
    id: target.id,
  });
  const deeds: XksDeeds = {
    inAws: (deed, { id }) => show({ kind: 'xks-store-deed', store: id, deed }),
    check: (store) =>
      void check.run({ store: store.id }).then((read) => {
        if (read) say(`Read ${isolate(store.name)} from AWS.`);
      }),
    edit: ({ id }) => show({ kind: 'xks-edit-store', store: id }),
    addKey: ({ id }) => show({ kind: 'xks-add-key', store: id }),
    addRule: (store, key) => show({ kind: 'xks-add-rule', store: store.id, key: key?.id ?? null }),
    tryRules: (store, key) =>
      show({ kind: 'xks-try-rules', store: store.id, key: key?.id ?? null }),
    block: (target) => show({ kind: 'xks-stop', how: 'block', ...named(target) }),
    disable: ({ id }) => show({ kind: 'xks-stop', how: 'disable', target: 'key', id }),
    restore: (target) =>
      void restore.run(isKey(target) ? { key: target.id } : { store: target.id }).then((done) => {
        if (done) say(`Lifted the block of ${isolate(target.name)}.`);
      }),
    enable: (key) =>
      void enable.run({ key: key.id }).then((done) => {
        if (done) say(`Enabled the external key ${isolate(key.name)}.`);
      }),
    rehearse: ({ id }) => show({ kind: 'xks-rehearse', key: id }),
    remove: (target) => show({ kind: 'xks-remove', what: named(target) }),
    kmsKey: (deed, { id }) => show({ kind: 'xks-key-deed', key: id, deed }),
    rotate: ({ id }) => show({ kind: 'xks-rotate-key', key: id }),
    allow: ({ id }) => show({ kind: 'xks-allow-kms-key', key: id }),
    writeCredential: ({ id }) => show({ kind: 'xks-write-credential', store: id }),
    copy: (text, what) => void copyText(text, what),
  };
  return {
    deeds,
    failure: check.failure ?? restore.failure ?? enable.failure,
    busy: check.busy || restore.busy || enable.busy,
  };
}
