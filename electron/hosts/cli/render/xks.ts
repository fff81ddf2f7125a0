import { sayCount } from '../../../../shared/text/counted.ts';
import {
  blockConsequences,
  leftOnDeviceText,
  linkedText,
  type ProxyFigures,
  proxyBudgetMs,
  proxyMs,
} from '../../../../shared/text/xks.ts';
import type { OutputFor } from '../operations.ts';
import { facts, table } from '../table.ts';
import type { Style } from './moments.ts';

type Store = OutputFor<'xksStore.list'>['stores'][number];
type Key = OutputFor<'xksKey.list'>['keys'][number];
type Serving = OutputFor<'xks.status'>;

const orNone = (values: readonly string[] | null, none: string): string =>
  values === null ? none : values.join(', ');

export function storesText({ stores }: { stores: readonly Store[] }, { width }: Style): string {
  if (stores.length === 0) return 'No external key store yet.  keyreeve xks store add';
  return table(
    [
      { title: 'Store', shrinks: true },
      { title: 'In AWS' },
      { title: 'State' },
      { title: 'Keys', align: 'right' },
      { title: 'Region', spare: 1 },
      { title: 'Block' },
    ],
    stores.map((store) => [
      { text: store.name },
      { text: store.inAws?.kmsStoreId ?? 'no' },
      {
        text: store.inAws?.state ?? '',
        tone: store.inAws?.state === 'CONNECTED' ? 'good' : 'attention',
      },
      { text: String(store.keys) },
      { text: store.region ?? '' },
      { text: store.blocked ? '■ blocked' : '' },
    ]),
    width,
  );
}

export function storeText(store: OutputFor<'xksStore.show'>): string {
  const { inAws } = store;
  const credentials = store.credentials
    .filter(({ retiredAt }) => retiredAt === null)
    .map(({ accessKeyId, inAws: signs }) => `${accessKeyId}${signs ? ' (AWS signs with it)' : ''}`);
  return facts([
    ['Store', `${store.name}${store.blocked ? ' ■ blocked' : ''}`],
    ['Path', store.uriPath],
    ['Endpoint', store.endpoint ?? 'not set'],
    ['Connectivity', [store.connectivity, store.vpcService ?? ''].join(' ').trim()],
    ['Owner accounts', orNone(store.accounts, 'every account')],
    ['Called from', orNone(store.regions, 'every Region')],
    ['Requests per second', store.quota === null ? 'no limit' : String(store.quota)],
    ['Credential for AWS', store.credential ?? 'not set'],
    ['AWS Region', store.region ?? 'not set'],
    ['Proxy credentials', credentials.join(', ')],
    ['External keys', String(store.keys)],
    ['Rules', `${store.rules.length}, ${store.rulesMode === 'enforce' ? 'enforced' : 'tried out'}`],
    ['In AWS', inAws === null ? 'no' : `${inAws.kmsStoreId}, account ${inAws.account}`],
    ...(inAws === null
      ? []
      : ([
          ['State', `${inAws.state}: ${inAws.meaning}`],
          ...(inAws.error === null
            ? []
            : ([
                ['Cause', `${inAws.error.code}: ${inAws.error.cause}`],
                ['Mend', inAws.error.mend],
              ] as [string, string][])),
        ] as [string, string][])),
  ]);
}

export function xksKeysText({ keys }: { keys: readonly Key[] }, { width }: Style): string {
  if (keys.length === 0) return 'No external key yet.  keyreeve xks key create STORE/NAME';
  return table(
    [
      { title: 'External key', shrinks: true },
      { title: 'External key id', shrinks: true, spare: 2 },
      { title: 'State' },
      { title: 'Version', align: 'right', spare: 1 },
      { title: 'Kept' },
      { title: 'KMS key', shrinks: true },
    ],
    keys.map((key) => [
      { text: `${key.storeName}/${key.name}` },
      { text: key.xksKeyId },
      { text: stateOf(key), tone: stateOf(key) === '● served' ? 'good' : 'attention' },
      { text: String(key.version) },
      { text: keptAs(key) },
      { text: key.kmsKeyArn ?? 'none' },
    ]),
    width,
  );
}

const stateOf = (key: Key): string => {
  if (key.blocked) return '■ blocked';
  if (key.rehearsedUntil !== null) return '◐ block rehearsed';
  if (!key.served) return '… not served yet';
  return key.enabled ? '● served' : '○ disabled';
};

/** A key that no hardware protects is called so wherever it is shown. */
const keptAs = ({ onlyInHsm, storage, assurance }: Key): string => {
  if (onlyInHsm) return 'in this HSM only';
  return storage === 'software' ? 'software protected' : `HSM, ${assurance}`;
};

export function xksKeyText(key: OutputFor<'xksKey.add'>): string {
  return facts([
    ['External key', `${key.storeName}/${key.name}`],
    ['External key id', key.xksKeyId],
    ['State', stateOf(key)],
    ['Version', String(key.version)],
    ['Kept', keptAs(key)],
    ['KMS key', key.kmsKeyArn ?? 'none'],
    ['KMS key state', key.kmsKeyState ?? ''],
  ]);
}

export function xksKeyDetailText(key: OutputFor<'xksKey.show'>): string {
  const versions = key.versions.map(
    ({ number, state, kcv }) => `${number} ${state}${kcv === null ? '' : ` KCV ${kcv.value}`}`,
  );
  return [
    xksKeyText(key),
    facts([
      ['Versions', versions.join(' · ')],
      [
        'May use it',
        key.bindings.map(({ arn, how }) => `${arn} (${how})`).join(', ') || 'nobody yet',
      ],
      ['Rules', String(key.rules.length)],
    ]),
    'Cryptographic configuration in AWS',
    facts(key.cryptographicConfiguration.map(({ label, value }) => [label, value])),
  ].join('\n\n');
}

export function servingText(view: Serving, { when }: Pick<Style, 'when'>): string {
  const nodes = view.nodes.map(({ node, revision, newest, health, problem }): [string, string] => [
    `Proxy ${node}`,
    revision === null
      ? '○ does not answer'
      : `${newest ? '●' : '◐'} set ${revision}${newest ? '' : ', not the newest'}, ${health ?? ''}${problem === null ? '' : `: ${problem}`}`,
  ]);
  return facts([
    ['Folder', view.folder],
    ['Newest set', String(view.revision)],
    ['Published', view.published === null ? 'nothing' : `set ${view.published}`],
    ...view.blocks.map(({ storeName, keyName, until }): [string, string] => {
      const what = keyName === null ? `${storeName}, the whole store` : `${storeName}/${keyName}`;
      return until === null
        ? ['Blocked', `■ ${what}`]
        : ['Block rehearsed', `◐ ${what}, until ${when(until)}`];
    }),
    ['Still on the device', view.leftOnDevice === 0 ? '' : leftOnDeviceText(view.leftOnDevice)],
    ...(nodes.length === 0
      ? ([['Proxies', 'none on this computer']] as [string, string][])
      : nodes),
    ...view.nodes.map(({ node, audit }): [string, string] => [
      `Audit, ${node}`,
      `${audit.broken ? '! ' : ''}${linkedText(audit, when)}`,
    ]),
    ...view.nodes.flatMap(({ node, figures }): [string, string][] =>
      figures === null ? [] : [[`Last minute, ${node}`, figuresText(figures)]],
    ),
    ...view.refusedKmsKeys.map(
      ({ node, storeName, keyName, kmsKeyArn, times, lastAt }): [string, string] => [
        `Refused, ${node}`,
        `! ${kmsKeyArn}, ${times === 1 ? 'once' : `${sayCount(times)} times, last`} ${when(lastAt)}: ${storeName}/${keyName} belongs to another KMS key`,
      ],
    ),
  ]);
}

function figuresText({ perSecond, p50, p99, p999, refusals }: ProxyFigures): string {
  if (p50 === null || p99 === null || p999 === null) return 'no request';
  const [half, most, nearlyAll] = [p50, p99, p999].map(proxyMs);
  const late = p999 > proxyBudgetMs ? ` ! over ${proxyBudgetMs} ms` : ` of ${proxyBudgetMs} ms`;
  const causes = Object.entries(refusals).map(([name, count]) => `${sayCount(count)} ${name}`);
  const refused = causes.length === 0 ? 'none refused' : `refused: ${causes.join(', ')}`;
  return `${perSecond.toFixed(1)}/s, p50 ${half}, p99 ${most}, p99.9 ${nearlyAll}${late}; ${refused}`;
}

export const blockedText = (view: Serving, style: Pick<Style, 'when'>): string =>
  [servingText(view, style), ...blockConsequences.map((line) => `· ${line}`)].join('\n');

export function rulesText({ mode, rules }: OutputFor<'xksRule.list'>): string {
  const head =
    mode === 'enforce' ? 'Rules are enforced.' : 'Rules are tried out: nothing is refused.';
  if (rules.length === 0)
    return `${head} There are none: everything within the accounts is allowed.`;
  const lines = rules.map(({ id, name, effect, when }) => {
    const asked = Object.entries(when).map(([what, list]) => `${what}=${list.join('|')}`);
    return `${effect === 'deny' ? '✗' : '✓'} ${name}: ${effect} ${asked.join(' ')}  ${id}`;
  });
  return [head, ...lines].join('\n');
}

export function trialText({ allowed, dryRun, by }: OutputFor<'xksRule.try'>): string {
  const why = by === null ? '' : ` (${by})`;
  if (allowed) return `✓ Let in${why}.`;
  return dryRun ? `◐ Would be refused${why}; its rules are being tried out.` : `✗ Refused${why}.`;
}

export const limitsText = ({ unsupported, risks }: OutputFor<'xks.limits'>): string =>
  [
    'AWS does not offer for external key stores:',
    ...unsupported.map(({ feature, reason }) => `· ${feature}: ${reason}`),
    'To know before:',
    ...risks.map((line) => `· ${line}`),
  ].join('\n');
