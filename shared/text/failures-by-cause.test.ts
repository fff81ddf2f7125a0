import { describe, expect, it } from 'vitest';
import type { FailureCode } from '../errors/failures.ts';
import type { SafeDetails } from '../errors/operation-error.ts';
import { renderFailure } from './failures.ts';

const told = (code: FailureCode, details: SafeDetails): string => {
  const { headline, forYourKeys, next } = renderFailure({ code, details });
  return [headline, forYourKeys, next].join('\n');
};

/** One code, several causes: what is said of one must not be said of another. */
describe('says what is so, and sends people where it helps', () => {
  it.each<[FailureCode, string, SafeDetails, RegExp, RegExp]>([
    [
      'HSM_MODULE_UNUSABLE',
      'the part that loads modules was not built',
      { problem: 'pkcs11js was not built at installation', reason: 'no-binding' },
      /^Nothing was changed: pkcs11js was not built at installation\.\nInstall a C\+\+ compiler/m,
      /Check that/,
    ],
    [
      'HSM_MODULE_UNUSABLE',
      'another file lies where the module was',
      { problem: 'This is not the file.', reason: 'replaced', module: '/usr/lib/hsm.so' },
      /attach it again: "keyreeve hsm attach"\. Else find out who replaced \S*\/usr\/lib\/hsm\.so/m,
      /this kind of computer/,
    ],
    [
      'HSM_MODULE_UNUSABLE',
      'there is no SoftHSM',
      { problem: 'SoftHSM is not on this computer', reason: 'no-softhsm' },
      /^Install SoftHSM, or choose keys made in software\.$/m,
      /the file/,
    ],
    [
      'HSM_MODULE_UNUSABLE',
      'a file that is no module',
      { problem: 'There is no regular file.', module: '/dev/null' },
      /^Nothing was changed: there is no regular file\.\nCheck that \S*\/dev\/null/m,
      /attach it again|compiler/,
    ],
    [
      'HSM_UNAVAILABLE',
      'SoftHSM, whose tokens this account may not read',
      { starting: '/usr/lib/softhsm/libsofthsm2.so' },
      /^The PKCS#11 module does not start\.$.*directories\.tokendir.* is there.* read and write.*SOFTHSM2_CONF/ms,
      /enter its PIN/,
    ],
    [
      'HSM_UNAVAILABLE',
      'a module of a network HSM that does not start',
      { starting: '/opt/vendor/lib.so' },
      /^See that the HSM is reachable, and that this account may read/m,
      /enter its PIN|SOFTHSM/,
    ],
    [
      'CALLER_NOT_TRUSTED',
      'a token that others may read',
      { path: '/home/ann/.local/state/keyreeve/s/1f/token', reason: 'it is open to others' },
      /s\/1f\/token\S*, it is open to others\.\nFind out why; then close it to them: chmod go-rwx\.$/m,
      /Run the command as/,
    ],
    [
      'CALLER_NOT_TRUSTED',
      'a token of another account',
      { path: '/srv/s/1f/token', reason: 'another account owns it' },
      /another account owns it\.\nRun the command as the account that holds/m,
      /chmod/,
    ],
    [
      'CALLER_NOT_TRUSTED',
      'a listener that does not know the token',
      { path: '/srv/s/1f/k', reason: 'it did not prove itself' },
      /^End the daemon or console that holds the keystore, and start it again\.$/m,
      /chmod|Run the command as/,
    ],
    [
      'DISK_FULL',
      'a file that was asked for, on a disk of its own',
      { elsewhere: '/mnt/stick' },
      /^The file was not written\. The keystore is as it was\.\nMake room on the disk of \S*\/mnt\/stick/m,
      /taken back|jobs/,
    ],
    [
      'DISK_FAILED',
      'a file that was asked for, on a disk of its own',
      { elsewhere: '/mnt/stick' },
      /^The file was not written\..*\nCheck the disk of \S*\/mnt\/stick/m,
      /restore|no further change/,
    ],
    [
      'DISK_READ_ONLY',
      'a home that takes no folder',
      { folder: '/nonexistent/.local/state/keyreeve' },
      /^A folder that Keyreeve needs cannot be made\.$.*^Let this account make \S*\/nonexistent\/\.local.*KEYREEVE_STATE/ms,
      /files of the keystore|Make .* writable/,
    ],
    [
      'KEYSTORE_NOT_FOUND',
      'the folder that a new one is to go into',
      { folder: '/home/ann/keys' },
      /^The folder for that keystore is not there\.$.*^Make the folder \S*\/home\/ann\/keys/ms,
      /create a keystore there/,
    ],
    [
      'BACKUP_INVALID',
      'a folder without a backup',
      { part: 'manifest', why: 'missing' },
      /^There is no whole backup in that folder\.$/m,
      /did not (pass|fit)/,
    ],
    [
      'BACKUP_INVALID',
      'a manifest that was changed',
      { part: 'manifest', why: 'signature' },
      /its manifest did not fit\.$/m,
      /no whole backup/,
    ],
    [
      'BACKUP_PLACE_MISSING',
      'a folder to restore from',
      { place: '/mnt/stick', from: '/mnt/stick' },
      /^Attach its disk, or look at the path \S*\/mnt\/stick\S*\.$/m,
      /no key is sent|make /,
    ],
    [
      'AMBIGUOUS_NAME',
      'a place with the backups of several keystores',
      { place: '/mnt/stick', stores: 2 },
      /^That folder holds backups of more than one keystore\.$/m,
      /has that name/,
    ],
    [
      'HSM_MASTER_MISSING',
      'a token that never had one',
      { master: 'none', serial: '7016234' },
      /^This token holds no master key yet\.$.*--create-master\.$/ms,
      /second copy|Attach the token/,
    ],
    [
      'HSM_MASTER_MISSING',
      'a token that lost it',
      { master: '075fba98', serial: '7016234' },
      /^Attach the token with serial 7016234, or bring the master back/m,
      /--create-master/,
    ],
    [
      'HSM_MASTER_MISSING',
      'the key of a slot',
      { slotKey: 'aa', problem: 'none' },
      /^The key that opens this keystore is not on the token\.$/m,
      /master/,
    ],
    [
      'HSM_MASTER_DIFFERS',
      'a token with several, and a keystore without one',
      { masters: ['a', 'b'] },
      /^The token holds more than one master key\.$/m,
      /this keystore was made with/,
    ],
    [
      'HSM_WRONG_TOKEN',
      'a label that no token has',
      { label: 'BYOK-B', serial: '', candidates: ['“BYOK-A” 7016234'] },
      /^This module has no such token\..*Attach token “BYOK-B”, or name one that is there: “BYOK-A” 7016234\.$/ms,
      /the one this keystore uses/,
    ],
    [
      'HSM_WRONG_TOKEN',
      'an exchanged token',
      { label: 'BYOK-A', serial: '7016234' },
      /^Attach token “BYOK-A”, serial 7016234\.$/m,
      /no such token/,
    ],
    [
      'KEYSTORE_HEADER_DAMAGED',
      'an older header put back',
      { part: 'older header' },
      /^The slot header is older than this keystore\..*restore the newest backup to a new path\.$/ms,
      /damaged/,
    ],
    [
      'KEYSTORE_HEADER_DAMAGED',
      'the header of another keystore',
      { part: 'store id' },
      /^The slot header belongs to another keystore\.$/m,
      /damaged/,
    ],
    [
      'READ_BACK_DIFFERS',
      'an alias that somebody else moved',
      { what: 'alias', expected: '0b7a', found: 'another key' },
      /^Different: alias \(AWS shows another key\)\. Steps done before stand/m,
      /not moved|see no change/,
    ],
    [
      'AWS_KEY_STATE',
      'a key that waits for deletion',
      { state: 'PendingDeletion' },
      /^Cancel its deletion in AWS before the waiting period is over/m,
      /put its state right/,
    ],
    [
      'XKS_STORE_IN_USE',
      'a store with external keys that AWS never had',
      { name: 'ledger', keys: 2 },
      /^Remove its external keys first: "keyreeve xks key remove"\.$/m,
      /in AWS/,
    ],
    [
      'XKS_STORE_IN_USE',
      'a store that AWS still has',
      { name: 'ledger', inAws: 'cks-1' },
      /^Delete the store in AWS first: "keyreeve xks store delete"\.$/m,
      /external keys/,
    ],
    [
      'XKS_STORE_STATE',
      'a store that has to be connected',
      { state: 'DISCONNECTED', needs: 'CONNECTED' },
      /^Bring it to CONNECTED: connect, disconnect, or wait; then try again\.$/m,
      /as the deed needs it/,
    ],
    [
      'KEYSTORE_READ_ONLY',
      'an older keystore',
      { reason: 'KEYSTORE_OLDER_THAN_ANCHOR' },
      /^Open the newest copy, or accept this older one knowingly, with --accept-older/m,
      /keystore status/,
    ],
    [
      'KEYSTORE_READ_ONLY',
      'records that were changed',
      { reason: 'KEYSTORE_TAMPERED' },
      /^Keep this file for examination and restore a verified backup\.$/m,
      /keystore status/,
    ],
    [
      'BACKUP_PLACE_MISSING',
      'a keystore that is only being made',
      { at: 'creation' },
      /with --backup-place\.$/m,
      /keystore backup-place/,
    ],
    [
      'BACKUP_PLACE_UNUSABLE',
      "the keystore's own folder",
      { place: '/srv/keys', why: 'it is the folder of the keystore itself' },
      /changed: it is the folder of the keystore itself\.\nChoose another folder/,
      /writable/,
    ],
    [
      'AWS_CLOCK_SKEW',
      'a clock that is behind',
      { seconds: -900 },
      /^Nothing was changed\. It is 15 minutes behind that of AWS\.$/m,
      /-/,
    ],
    [
      'AWS_CLOCK_SKEW',
      'a clock that is ahead',
      { seconds: 330 },
      /It is 6 minutes ahead of that of AWS\.$/m,
      /behind/,
    ],
    [
      'KEY_NOT_ENABLED',
      'a key that waits for deletion',
      { state: 'PendingDeletion' },
      /^Cancel its deletion in AWS and enable it there, then try again\.$/m,
      /Synchronize/,
    ],
    [
      'REALM_MISMATCH',
      'an empty token and a real keystore',
      { keystore: 'real', deed: 'set up an empty token' },
      /^Set the token up with the tools of its maker, then attach it\.$/m,
      /endpoint/,
    ],
    [
      'REALM_MISMATCH',
      'another endpoint',
      { problem: 'the host name leads to the other realm' },
      /^Use the keystore made for this endpoint\.$/m,
      /Only a practice keystore/,
    ],
  ])('%s: %s', (code, _cause, details, says, never) => {
    expect(told(code, details)).toMatch(says);
    expect(told(code, details)).not.toMatch(never);
    expect(told(code, details).split(/\s+/).length).toBeLessThanOrEqual(60);
  });
});
