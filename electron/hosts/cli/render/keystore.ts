import { sayCount } from '../../../../shared/text/counted.ts';
import {
  assuranceTexts,
  emptyTexts,
  hsmStateTexts,
  keystoreStateTexts,
  realmTexts,
} from '../../../../shared/text/states.ts';
import { subjectWords } from '../../../../shared/text/audit-subject.ts';
import { noFullBackupText, placeTroubleText } from '../../../../shared/text/backup-place.ts';
import { moduleProblem } from '../../../../shared/text/modules.ts';
import { renderFailure } from '../../../../shared/text/failures.ts';
import type { Failure } from '../../../../shared/errors/operation-error.ts';
import { logStatus, notGivenText, segmentsText } from '../../../../shared/text/segments.ts';
import type { OutputFor } from '../operations.ts';
import { clean, paint } from '../screen.ts';
import { facts, table } from '../table.ts';
import type { Style } from './moments.ts';
import { mark } from './plan.ts';

type Status = OutputFor<'keystore.status'>;
type Report = OutputFor<'keystore.backup'>;
type Hsm = OutputFor<'hsm.status'>;
type Token = NonNullable<Hsm['token']>;

const anchors: Readonly<Record<Status['anchor'], string>> = {
  none: 'new: the HSM knew nothing of it before, and remembers it now',
  matches: 'matches what the HSM remembers',
  older: 'older than what the HSM remembers',
  'not-read': 'not read yet',
};

export function statusText(status: Status, style: Style): string {
  const { glyph, word, tone } = keystoreStateTexts[status.state];
  const open = status.state !== 'locked' && status.state !== 'absent';
  return facts([
    ['Keystore', status.path, 'strong'],
    ['State', `${glyph} ${word}`, tone],
    ['Reason', status.reason ?? '', 'attention'],
    ['Realm', status.realm === null ? '' : realmTexts[status.realm].banner],
    ['Opens with', status.slots.map((slot) => `${slot.label} (${slot.kind})`).join(', ')],
    ...(open ? placeFacts(status.backup, style) : []),
    ['Last increment', style.when(status.backup.lastIncrementAt)],
    ['Last verified', style.when(status.backup.lastVerifiedAt)],
    ['Anchor', open ? anchors[status.anchor] : ''],
    ['Running jobs', open ? String(status.runningJobs) : ''],
    ['Needs you', open ? String(status.needsYou) : '', status.needsYou > 0 ? 'attention' : 'quiet'],
    ['Store id', status.storeId ?? ''],
  ]);
}

/** What a restored keystore needs before it goes on as the one that was lost. */
export const restoredText = (status: Status, style: Style): string =>
  [
    statusText(status, style),
    '',
    paint('faint', 'BEFORE IT ROTATES'),
    '  No device is designated: when nobody works with the keystore it came from any more,',
    '  keyreeve device designate',
    '  Its backups go where they went before. On another computer choose the folder anew:',
    '  keyreeve keystore backup-place DIR',
    '  Jobs that were under way wait for a person, and look at AWS before they go on:',
    '  keyreeve job list',
  ].join('\n');

const incrementsOf = ({ increments, lastIncrementAt }: Report, style: Style): string =>
  lastIncrementAt === null
    ? 'none since'
    : `${increments} since, the last ${style.when(lastIncrementAt)}`;

function placeFacts(backup: Status['backup'], style: Style): Parameters<typeof facts>[0] {
  const trouble = placeTroubleText(backup);
  const full = noFullBackupText(backup) ?? style.when(backup.lastFullAt);
  return [
    trouble === null
      ? ['Backup place', backup.place ?? 'none']
      : ['Backup place', `${backup.place}  ! ${trouble}`, 'attention'],
    ['Last full backup', backup.place === null ? '' : full],
  ];
}

export function backupText(report: Report, style: Style): string {
  return [
    facts([
      ['Backup', report.path, 'strong'],
      ['Verified', report.verified ? '✓ yes' : '! no', report.verified ? 'good' : 'attention'],
      ['Full copy', `taken ${style.when(report.takenAt)}`],
      ['Increments', incrementsOf(report, style)],
      ['Realm', realmTexts[report.realm].word],
      ['Keys', String(report.keys)],
      ['Commit', String(report.commitNumber)],
      ['Store id', report.storeId],
    ]),
    ...report.remarks.map((remark) => `${paint('attention', '!')} ${clean(remark)}`),
  ].join('\n');
}

export const slotText = ({ slot }: OutputFor<'keystore.addSlot'>): string =>
  `✓ ${clean(slot.label)} (${slot.kind}) opens the keystore.`;

export const slotsLeftText = ({ remaining }: OutputFor<'keystore.removeSlot'>): string =>
  `✓ Removed. It still opens with ${remaining.map((slot) => clean(slot.label)).join(', ')}.`;

const pins: Readonly<Record<Token['pin'], string>> = {
  ok: 'ok',
  'count-low': 'a wrong PIN was tried; few tries left',
  'final-try': 'one try left before it locks',
  locked: 'locked',
  'not-set': 'not set',
};

const tokenName = (token: Token): string => `“${token.label}”, serial ${token.serial}`;

export function modulesText({ modules }: OutputFor<'hsm.list'>, style: Style): string {
  if (modules.length === 0) return emptyTexts.modules;
  const columns = [
    { title: 'Module', shrinks: true },
    { title: 'Token', shrinks: true },
    { title: 'Serial' },
    { title: 'PIN', spare: 1 },
    { title: 'Assurance', spare: 2 },
  ];
  const rows = modules.flatMap((module) => {
    const { failure } = module;
    if (failure) {
      return [
        [{ text: module.path }, { text: moduleProblem(failure), tone: 'attention' } as const],
      ];
    }
    if (module.tokens.length === 0) {
      return [[{ text: module.path }, { text: 'no token in it', tone: 'quiet' } as const]];
    }
    return module.tokens.map((token) => [
      { text: module.path },
      { text: token.label === '' ? '(not set up)' : token.label },
      { text: token.serial },
      { text: pins[token.pin], tone: token.pin === 'ok' ? 'quiet' : 'attention' } as const,
      { text: assuranceTexts[token.assurance] },
    ]);
  });
  const nexts = modules.flatMap(({ path, failure }) =>
    failure ? [`${paint('attention', '!')} ${clean(path)}`, `  Next: ${nextOf(failure)}`] : [],
  );
  return [table(columns, rows, style.width), ...nexts].join('\n');
}

const nextOf = (failure: Failure): string => clean(renderFailure(failure).next);

export function hsmText(hsm: Hsm, style: Style): string {
  const { glyph, word, tone } = hsmStateTexts[hsm.state];
  const { token, probe, master } = hsm;
  return [
    facts([
      ['HSM', `${glyph} ${word}`, tone],
      ['Module', hsm.module ?? ''],
      ['Module SHA-256', hsm.moduleSha256 ?? ''],
      ['Token', token ? tokenName(token) : ''],
      [
        'Made by',
        token ? [token.manufacturer, token.model, token.firmware].filter(Boolean).join(' · ') : '',
      ],
      ['Assurance', token ? assuranceTexts[token.assurance] : ''],
      ['PIN', token ? pins[token.pin] : '', token && token.pin !== 'ok' ? 'attention' : 'quiet'],
      ['Master key', master ? `${master.id}, KCV ${master.kcv.value} (${master.kcv.method})` : ''],
      ['Second copy', master ? (master.secondCopy ?? '! not recorded') : ''],
      ['Wrapping for AWS', probe ? (probe.wrapping ?? '! none that is safe') : ''],
    ]),
    ...(probe ? ['', paint('faint', `WHAT THE PROBE FOUND ${style.when(probe.at)}`)] : []),
    ...(probe?.findings ?? []).map(
      ({ ok, sentence, external }) =>
        `  ${mark(ok)} ${clean(sentence)}${external ? paint('faint', ` ${clean(external)}`) : ''}`,
    ),
  ].join('\n');
}

export function auditText(
  { records, size, signedSize, signer, head }: OutputFor<'audit.list'>,
  style: Style,
  all = true,
): string {
  const columns = [
    { title: 'No', align: 'right' },
    { title: 'At' },
    { title: 'Actor', shrinks: true, spare: 2 },
    { title: 'By', spare: 3 },
    { title: 'Action', shrinks: true },
    { title: 'Outcome', shrinks: true },
    { title: 'About', shrinks: true, spare: 1 },
    { title: 'Objects', shrinks: true, spare: 4 },
  ] as const;
  const rows = records.map((record) => [
    { text: String(record.seq) },
    { text: style.when(record.at) },
    { text: record.actor },
    { text: record.channel },
    { text: record.action },
    { text: record.outcome },
    { text: subjectWords(record) },
    { text: record.objects.join(' ') },
  ]);
  return [
    ...(records.length === 0
      ? [all ? emptyTexts.audit : emptyTexts.noneOfThose]
      : [table(columns, rows, style.width)]),
    '',
    facts([
      ['Records', `${sayCount(size)}, of them signed ${sayCount(signedSize)}`],
      ['Head', head],
      ['Signer', signer ? `${signer.kind}, fingerprint ${signer.fingerprint}` : 'none yet'],
    ]),
  ].join('\n');
}

const signers = { hsm: 'a key in the HSM', software: 'a software key' } as const;

export const exportText = (out: OutputFor<'audit.export'>): string =>
  facts([
    ['Written', out.path, 'strong'],
    ['Records', String(out.records)],
    ['Signed by', signers[out.signer]],
    ['Fingerprint', out.fingerprint],
    ['', 'Keep the fingerprint somewhere else: verifying needs it.'],
  ]);

const verdicts = {
  0: { text: '✓ unbroken, and signed by that key', tone: 'good' },
  1: { text: '! not all of it is as that key signed it', tone: 'attention' },
  2: { text: '! nothing in it is signed by that key', tone: 'attention' },
} as const;

export function verdictText(out: OutputFor<'audit.verify'>, style: Style): string {
  const { text, tone } = verdicts[logStatus(out)];
  return [
    facts([
      ['Audit log', text, tone],
      ['Problem', out.problem ?? '', 'attention'],
      ['First bad record', out.firstBad === null ? '' : String(out.firstBad), 'attention'],
      ['At line', out.line === null ? '' : String(out.line)],
      ['Records', String(out.records)],
      ['Signed', `${out.signedSize}, not signed yet ${out.unsignedTail}`],
      ['Signed at', style.when(out.signedAt)],
      ['Signer', out.signer === null ? '' : signers[out.signer]],
      ['Signed head', out.signedHead ?? ''],
      ['Keystore', out.store ?? ''],
    ]),
    ...out.remarks.map((remark) => `${paint('attention', '!')} ${clean(remark)}`),
    ...out.segments.flatMap((each) => {
      const { good, headline, lines } = segmentsText(each);
      const tone = good ? 'good' : 'attention';
      const sign = paint(tone, good ? '✓' : '!');
      return ['', `${sign} ${clean(headline)}`, ...lines.map((line) => `  ${clean(line)}`)];
    }),
    ...(out.segments.length === 0 ? [] : notGivenText(out.segmentsNotGiven).map(clean)),
  ].join('\n');
}

export const deviceText = (out: OutputFor<'device.show'>, style: Style): string =>
  [
    clean(out.sentence),
    facts([
      ['This device', out.device],
      ['Designated', out.designated ? 'this one' : (out.designatedDevice ?? 'none')],
      ['Since', style.when(out.designatedAt)],
    ]),
  ].join('\n');
