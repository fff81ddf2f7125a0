import type { Command } from 'commander';
import { wordsOf } from './typed-names.ts';

/** One line to type, without `keyreeve`; and what it means for keys where that is not plain. */
type Example = string | readonly [line: string, keys: string];

/** Each command by its words. A test parses every line, and misses none. */
export const examples: Readonly<Record<string, Example>> = {
  'keystore status': 'keystore status',
  'keystore create': 'keystore create --real --backup-place /mnt/backup',
  'keystore unlock': 'keystore unlock',
  'keystore lock': [
    'keystore lock',
    'Keys in AWS go on working; nothing rotates until it is open.',
  ],
  'keystore passphrase': [
    'keystore passphrase',
    'No key is changed. Backups taken before still open with the former passphrase.',
  ],
  'keystore backup': 'keystore backup',
  'keystore backup-place': 'keystore backup-place /mnt/backup',
  'keystore verify': ['keystore verify --from /mnt/backup', 'Nothing is restored.'],
  'keystore restore': [
    '--keystore restored.keystore keystore restore --from /mnt/backup',
    'Nothing is overwritten, and nothing changes in AWS. The copy rotates only once it is designated.',
  ],
  'keystore slot add': 'keystore slot add token --kind hsm',
  'keystore slot remove': 'keystore slot remove token',
  'keystore allow-software-module-to-aws': [
    'keystore allow-software-module-to-aws',
    'Such keys can be copied by whoever reads the memory or files of this computer.',
  ],
  'group list': 'group list --needs-me',
  'group show': 'group show payments-prod',
  'group add': [
    'group add payments-prod --credential prod --region eu-west-1',
    'None is made and nothing is sent to AWS until the first force-rotate.',
  ],
  'group edit': 'group edit payments-prod --rotate-every "6 months"',
  'group remove': 'group remove payments-old',
  'group force-rotate': [
    'group force-rotate payments-prod --plan',
    'The alias moves last, once the new key is saved, backed up and read back from AWS. Earlier keys stay and go on working.',
  ],
  'group synchronize': [
    'group synchronize payments-prod --plan',
    'Each version that is not in step becomes a job of its own, under one plan. Material is sent only where AWS has none of ours; none is deleted.',
  ],
  'group make-active': [
    'group make-active payments-prod/2',
    'Only the alias moves: whoever goes by it uses that version from then on. The others go on working.',
  ],
  'group bring-in': [
    'group bring-in payments-prod --file wrapped.bin --kcv 0A1B2C3D4E --plan',
    'The key is opened in the vault only. A KMS key that has it is taken over once AWS has proved that; other material is left as it is.',
  ],
  'group copy-key': [
    'group copy-key payments-prod/2 payments-dr --plan',
    'The original stays where it is; the other group keeps its own copy, in a KMS key of its own. What AWS encrypted under one KMS key is not decrypted by another.',
  ],
  'group transport-key make': 'group transport-key make payments-prod --out transport.pem',
  'group transport-key show': 'group transport-key show payments-prod',
  'group transport-key give-up': [
    'group transport-key give-up payments-prod',
    'What was wrapped under it can be opened nowhere any more.',
  ],
  'folder list': 'folder list',
  'folder add': 'folder add payments',
  'folder edit': 'folder edit payments --name payments-eu',
  'folder remove': 'folder remove payments',
  'group find-in-aws': [
    'group find-in-aws payments-prod --standing marked',
    'Every KMS key of account and Region is read, and held against this keystore. AWS lets no key material out, so none is brought in.',
  ],
  'key list': 'key list --group payments-prod',
  'key ending': [
    'key ending --days 30',
    'Once AWS has deleted its copy of the material, that key does nothing there until key synchronize.',
  ],
  'key show': 'key show payments-prod/3',
  'key public-key': 'key public-key signing-prod/2 --out signing-prod.pem',
  'key check': 'key check payments-prod/3',
  'key prove': [
    'key prove --group payments-prod',
    'They are opened inside the HSM, and none leaves it.',
  ],
  'key grants': 'key grants payments-prod/3',
  'key compare-policy': 'key compare-policy payments-prod/3',
  'key materials': 'key materials payments-prod/3',
  'key synchronize': [
    'key synchronize payments-prod/3 --plan',
    'Material that AWS lost comes back from the kept copy. --delete-material stops everything under that key at once.',
  ],
  'key disable': [
    'key disable payments-prod/2 --plan',
    'That key does nothing in AWS until it is enabled again. Nothing is deleted.',
  ],
  'key enable': ['key enable payments-prod/2', 'That key works again.'],
  'job list': 'job list --state needs-you',
  'job show': 'job show 1043',
  'job watch': 'job watch 1043',
  'job cancel': ['job cancel 1043', 'What was done before stands, and is told.'],
  'job continue': 'job continue 1043',
  'job retry': 'job retry 1043',
  'job due': 'job due',
  'job start-due': [
    'job start-due payments-prod',
    'Each group is rotated once, however often it was missed.',
  ],
  'credential list': 'credential list',
  'credential import': 'credential import prod --csv accessKeys.csv',
  'credential test': 'credential test prod --region eu-west-1',
  'credential find-in-aws': 'credential find-in-aws prod --region eu-west-1',
  'credential remove': 'credential remove prod',
  'credential tls show': 'credential tls show prod',
  'credential tls set': [
    'credential tls set prod --ca house-ca.pem',
    'Whoever holds that authority could read the keys sent to AWS.',
  ],
  'credential tls reset': 'credential tls reset prod',
  'hsm list': 'hsm list',
  'hsm status': 'hsm status',
  'hsm attach': [
    'hsm attach --module /usr/lib/softhsm/libsofthsm2.so --label practice --create-master',
    'A master key that is there is used; none is made without --create-master, and none is ever replaced.',
  ],
  'hsm login': 'hsm login',
  'hsm probe': 'hsm probe',
  'audit show': 'audit show --limit 20',
  'audit export': 'audit export log.jsonl',
  'audit verify': `audit verify log.jsonl --fingerprint ${'3f9c'.repeat(16)}`,
  'setting show': 'setting show',
  'setting change': 'setting change --auto-lock 15',
  find: 'find alias/payments',
  'practice status': 'practice status',
  'practice start': 'practice start',
  'practice stop': 'practice stop',
  'practice set-up': 'practice set-up --keys-in softhsm',
  'practice show': 'practice show',
  'practice advance': 'practice advance 31',
  'practice quotas': 'practice quotas on',
  'practice reset': [
    'practice reset',
    'Practice keys are gone from the practice KMS; the copies kept here stay.',
  ],
  'practice mischief': 'practice mischief throttle --operation CreateKey --amount 3',
  'practice people': 'practice people',
  'practice may': 'practice may arn:aws:iam::111122223333:user/ann kms:CreateKey',
  'practice allow':
    'practice allow arn:aws:iam::111122223333:user/ann \'{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}\'',
  'practice refusals': 'practice refusals',
  'practice calls': 'practice calls --operation CreateKey',
  'practice rehearsals': 'practice rehearsals',
  'practice begin': 'practice begin permission',
  'practice leave': 'practice leave permission',
  'practice crash': 'practice crash',
  'xks store add':
    'xks store add ledger --account 111122223333 --credential prod --region eu-west-1 --endpoint https://xks.example.com',
  'xks store list': 'xks store list',
  'xks store show': 'xks store show ledger',
  'xks store check': 'xks store check ledger',
  'xks store edit': 'xks store edit ledger --endpoint https://xks.example.com',
  'xks store remove': 'xks store remove ledger',
  'xks store create': 'xks store create ledger --plan',
  'xks store connect': 'xks store connect ledger',
  'xks store disconnect': 'xks store disconnect ledger',
  'xks store update': 'xks store update ledger',
  'xks store rotate-credential': 'xks store rotate-credential ledger',
  'xks store delete': ['xks store delete ledger', 'External keys here stay as they are.'],
  'xks key add': 'xks key add ledger/payments',
  'xks key list': 'xks key list --store ledger',
  'xks key show': 'xks key show ledger/payments',
  'xks key enable': 'xks key enable ledger/payments',
  'xks key disable': [
    'xks key disable ledger/payments',
    'Until it is enabled again, nothing under it decrypts.',
  ],
  'xks key rotate': 'xks key rotate ledger/payments',
  'xks key allow': 'xks key allow ledger/payments arn:aws:kms:eu-west-1:111122223333:key/1a2b',
  'xks key destroy-version': [
    'xks key destroy-version ledger/payments 1',
    'What was encrypted under that version cannot be decrypted any more.',
  ],
  'xks key remove': 'xks key remove ledger/payments',
  'xks key create': 'xks key create ledger/payments --alias payments-ledger',
  'xks key kms-enable': 'xks key kms-enable ledger/payments',
  'xks key kms-disable': 'xks key kms-disable ledger/payments',
  'xks key schedule-deletion': [
    'xks key schedule-deletion ledger/payments --days 30',
    'Nothing under it decrypts from now on. It can be cancelled until the days are over.',
  ],
  'xks key cancel-deletion': 'xks key cancel-deletion ledger/payments',
  'xks key release': 'xks key release ledger/payments',
  'xks rule list': 'xks rule list ledger',
  'xks rule add':
    'xks rule add tests --store ledger --effect deny --principal "arn:aws:iam::*:role/test-*"',
  'xks rule remove': 'xks rule remove tests',
  'xks rule mode': 'xks rule mode dry-run --store ledger',
  'xks rule try': 'xks rule try ledger/payments --principal arn:aws:iam::111122223333:role/app',
  'xks credential list': 'xks credential list ledger',
  'xks credential add': 'xks credential add ledger',
  'xks credential retire': 'xks credential retire BETWKV6SMHYZBMWV2AJA',
  'xks credential write': 'xks credential write ledger handed-over.json',
  'xks certificate show': 'xks certificate show',
  'xks certificate request': 'xks certificate request --out xks.csr',
  'xks certificate import': 'xks certificate import issued.pem',
  'xks serve': 'xks serve --port 8443 --probe-port 9443',
  'xks check': 'xks check --endpoint https://xks.example.com --credential-file handed-over.json',
  'xks reconcile': 'xks reconcile AWSLogs/today.json.gz',
  'xks link': 'xks link',
  'xks status': 'xks status',
  'xks publish': 'xks publish',
  'xks folder': 'xks folder /srv/keyreeve.xks',
  'xks limits': 'xks limits',
  'xks kill': [
    'xks kill --key ledger/payments',
    'None is destroyed: "xks restore" lifts the block.',
  ],
  'xks rehearse': 'xks rehearse ledger/payments --minutes 15',
  'xks restore': 'xks restore --key ledger/payments',
  'approval list': 'approval list',
  'approval show': 'approval show 3',
  'approval rule': [
    'approval rule destructive',
    'No key is changed. From then on such deeds wait until an approver has approved them.',
  ],
  'approval give': [
    'approval give 3 --approver Maria',
    'Nothing is done yet: whoever asked for it does it again, within an hour and once.',
  ],
  'approval refuse': 'approval refuse 3',
  'approver list': 'approver list',
  'approver add': 'approver add Maria',
  'approver passphrase': 'approver passphrase Maria',
  'approver remove': 'approver remove Maria',
  'device show': 'device show',
  'device designate': 'device designate',
  daemon: 'daemon --unlock',
  console: 'console --port 8743',
  'console link': 'console link',
  completion: 'completion bash',
};

/** As wide as the rest of the help, where that is not on a terminal. */
const usualWidth = 80;

/** Puts its example, and what it means for keys, under the help of every command that is loaded. */
export function addExamples(command: Command): void {
  for (const verb of command.commands) addExamples(verb);
  const found = examples[wordsOf(command)];
  if (found === undefined) return;
  const [line, keys] = typeof found === 'string' ? [found, null] : found;
  command.addHelpText('after', ({ error }) => {
    const help = command.createHelp();
    const output = command.configureOutput();
    const columns = error ? output.getErrHelpWidth?.() : output.getOutHelpWidth?.();
    const width = columns ?? usualWidth;
    const told = keys === null ? '' : `\n${help.boxWrap(`Your keys: ${keys}`, width)}\n`;
    return `${told}\nExample: keyreeve ${line}`;
  });
}
