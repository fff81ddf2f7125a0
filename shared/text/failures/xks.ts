import type { Wording } from '../wording.ts';
import { connectionError } from '../xks.ts';

/** Wording for external key stores. Keys in their HSM are touched by none of these. */
export const xksWording = {
  XKS_NO_STORE: {
    headline: 'There is no external key store yet.',
    forYourKeys: 'Nothing was changed.',
    next: 'Add one: keyreeve xks store add.',
  },
  XKS_STORE_IN_USE: {
    headline: 'The external key store is still in use.',
    forYourKeys: (d) =>
      `It was kept${d.when('keys', (keys) => `; it holds ${keys} external ${keys === '1' ? 'key' : 'keys'}`)}${d.when('inAws', (id) => `; AWS still has it as ${id}`)}.`,
    next: (d) => {
      if (d.has('keys')) return 'Remove its external keys first: "keyreeve xks key remove".';
      if (d.has('inAws')) return 'Delete the store in AWS first: "keyreeve xks store delete".';
      return 'Let AWS delete its KMS keys first, and wait until they are gone.';
    },
  },
  XKS_TWO_CREDENTIALS: {
    headline: 'The store has two valid credentials already.',
    forYourKeys: 'Nothing was changed. Both go on being accepted.',
    next: 'Retire the one that AWS no longer signs with.',
  },
  XKS_LAST_CREDENTIAL: {
    headline: 'This is the only valid credential of the store.',
    forYourKeys: 'It was kept: without it every request from AWS would be refused.',
    next: 'Rotate the credential: the new one comes first, the old one goes last.',
  },
  XKS_KEY_BOUND: {
    headline: 'A KMS key depends on this external key.',
    forYourKeys: (d) => `Nothing was removed. ${d.text('arn', 'Its KMS key', 100)} needs it.`,
    next: 'Disable the external key instead: what AWS encrypted under it can be opened by it only. Once AWS has deleted the KMS key, let go of it: keyreeve xks key release.',
  },
  XKS_ONLY_IN_HSM: {
    headline: 'This HSM cannot take the key back from its copy.',
    forYourKeys: 'No key is served. A key that exists in the HSM only is lost with the HSM.',
    next: 'Use another HSM, or make the key again and confirm that it exists in this HSM only (--only-in-this-hsm).',
  },
  XKS_UNSUPPORTED: {
    headline: 'AWS has no such thing for external key stores.',
    forYourKeys: (d) => `Nothing was changed${d.because('reason')}.`,
    next: 'Leave it out, or keep such a key in a key group.',
  },
  XKS_NOT_PUBLISHED: {
    headline: 'The change is saved, but proxies were not told.',
    forYourKeys: (d) => `Proxies go on serving what they had${d.because()}.`,
    next: 'Make the folder of the serving set writable, then publish: keyreeve xks publish.',
  },
  XKS_NOT_SERVED: {
    headline: 'A proxy does not serve the newest set yet.',
    forYourKeys: (d) => `Nothing was changed in AWS${d.because()}.`,
    next: (d) => `Look at proxy ${d.quoted('node', 'of this store')}, then ${d.goOn}.`,
  },
  XKS_PROXY_NOT_STARTED: {
    headline: 'The proxy did not start.',
    forYourKeys: (d) =>
      `This copy serves nothing; others, and what is published, are as they were${d.because()}.`,
    next: 'Remove the cause, then start it again.',
  },
  XKS_STORE_STATE: {
    headline: 'The key store is in a state that does not allow this.',
    forYourKeys: (d) => `AWS changed nothing.${d.when('state', (s) => ` The store reads ${s}.`)}`,
    next: (d) =>
      `Bring it to ${d.text('needs', 'the state that is needed')}: connect, disconnect, or wait; then ${d.goOn}.`,
  },
  XKS_STORE_GONE: {
    headline: 'AWS does not have this key store.',
    forYourKeys: 'External keys are safe here. KMS keys of that store cannot be used.',
    next: 'Create it in AWS: "keyreeve xks store create". Where it should be there, look at its account and Region.',
  },
  XKS_CONNECT_FAILED: {
    headline: 'AWS could not connect the key store.',
    forYourKeys: (d) =>
      `Its KMS keys cannot be used until it is: ${connectionError(d.text('reason', ''))?.cause ?? 'AWS gives a cause not known here'}.`,
    next: (d) =>
      `${connectionError(d.text('reason', ''))?.mend ?? 'Remove the cause that AWS gives, then disconnect and connect the store'}.`,
  },
  XKS_PROXY_REFUSED: {
    headline: 'AWS cannot use the proxy as it is.',
    forYourKeys: 'AWS changed nothing. What was served before is served on.',
    next: (d) => `Start the proxy, look at what AWS says below, then ${d.goOn}.`,
  },
  XKS_FOLDER_IN_USE: {
    headline: 'The former folder still holds what proxies go by.',
    forYourKeys: (d) =>
      `Nothing was changed: ${d.text('path', 'the former folder')} holds ${d.text('holds', 'files of proxies', 200)}. A proxy left on it would serve an old set, and no block would reach it.`,
    next: 'Stop its proxies, move the whole folder to the new place, choose that place again, then start them from there.',
  },
  XKS_NOT_RELEASED: {
    headline: 'The external key was not let go of.',
    forYourKeys: (d) =>
      `Nothing was changed: ${d.text('arn', 'its KMS key', 100)} may still need it${d.because('reason')}.`,
    next: 'Wait until AWS has deleted the KMS key. If its account is closed for good, disable the external key and say so.',
  },
  XKS_AUDIT_BROKEN: {
    headline: 'A proxy lost records of its audit, or changed them.',
    forYourKeys: (d) =>
      `Keys are not touched. Proxy ${d.quoted('node', 'of this store')} has fewer records than it had, or other ones: its folder was replaced, or somebody took records back.`,
    next: 'Keep the folder as it is, export the audit log, and verify it with --segments.',
  },
  XKS_KEY_UNUSABLE: {
    headline: 'AWS does not accept the external key.',
    forYourKeys: (d) => `No KMS key was made for it${d.because()}.`,
    next: 'Enable it, or lift its block. The usage of a key cannot be changed: for one that is not for both directions, make another.',
  },
} satisfies Record<string, Wording>;
