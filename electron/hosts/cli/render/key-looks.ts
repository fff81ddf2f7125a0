import {
  differenceTexts,
  grantsTitle,
  materialsTitle,
  policyVerdict,
} from '../../../../shared/text/key-looks.ts';
import type { OutputFor } from '../operations.ts';
import { clean, paint } from '../screen.ts';
import { table } from '../table.ts';
import type { Style } from './moments.ts';

export function grantsText({ grants, readAt }: OutputFor<'key.grants'>, style: Style): string {
  const columns = [
    { title: 'Grantee', shrinks: true },
    { title: 'May retire it', shrinks: true, spare: 1 },
    { title: 'May', shrinks: true },
    { title: 'Name', shrinks: true, spare: 2 },
    { title: 'Made', spare: 3 },
    { title: 'Grant' },
  ] as const;
  const rows = grants.map((grant) => [
    { text: grant.grantee },
    { text: grant.retiring ?? '' },
    { text: grant.operations.join(', ') },
    { text: grant.name },
    { text: style.when(grant.createdAt) },
    { text: grant.grantId.slice(0, 8) },
  ]);
  return [
    `${grantsTitle(grants.length)} Read ${style.when(readAt)}.`,
    ...(rows.length === 0 ? [] : [table(columns, rows, style.width)]),
  ].join('\n');
}

export function materialsText(
  { materials, readAt }: OutputFor<'key.materials'>,
  style: Style,
): string {
  const columns = [
    { title: 'Material' },
    { title: 'State' },
    { title: 'Import' },
    { title: 'Deleted by AWS' },
    { title: '' },
  ] as const;
  const rows = materials.map((material) => [
    { text: `${material.materialId.slice(0, 4)}…${material.materialId.slice(-4)}` },
    { text: material.state },
    { text: material.importState ?? '' },
    { text: material.validTo === null ? 'never' : style.when(material.validTo) },
    { text: material.ours ? 'kept here' : '' },
  ]);
  return [
    `${materialsTitle(materials.length)} Read ${style.when(readAt)}.`,
    ...(rows.length === 0 ? [] : [table(columns, rows, style.width)]),
  ].join('\n');
}

export function comparisonText(
  { same, differences, inAws, readAt }: OutputFor<'key.comparePolicy'>,
  style: Style,
): string {
  const lines = differences.flatMap(({ name, how, here, inAws: there }) => [
    '',
    `${paint('attention', '!')} ${clean(name)}: ${differenceTexts[how]}`,
    ...(here === null ? [] : [`  Template: ${clean(here)}`]),
    ...(there === null ? [] : [`  AWS:      ${clean(there)}`]),
  ]);
  return [
    `Read ${style.when(readAt)}. ${policyVerdict(same, differences.length)}`,
    ...lines,
    ...(same === null ? inAws.reading.map((line) => `  ${clean(line)}`) : []),
  ].join('\n');
}
