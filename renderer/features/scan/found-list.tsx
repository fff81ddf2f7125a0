import { useMemo, useState } from 'react';
import { sayCount } from '../../../shared/text/counted.ts';
import type { OutputFor } from '../../../shared/contract/index.ts';
import { type ScanStanding, scanStandings, writeScanMark } from '../../../shared/model/scan.ts';
import { standingTexts } from '../../../shared/text/scans.ts';
import { emptyTexts } from '../../../shared/text/states.ts';
import type { Dialog } from '../../state/dialogs.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useKept } from '../../state/kept.ts';
import { type RowsOf, usePages } from '../../state/pages.ts';
import { Chip } from '../../ui/chip.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { NarrowField } from '../../ui/narrow-field.tsx';
import { whenEmpty } from '../../ui/when-empty.ts';
import { type FoundCells, foundColumns, type FoundKey } from './found-columns.tsx';
import { FoundInFull } from './found-detail.tsx';
import styles from './scan.module.css';
import type { ScanView } from './use-scan.ts';

const foundRows: RowsOf<OutputFor<'scan.list'>, FoundKey> = {
  in: ({ keys }) => keys,
  markOf: writeScanMark,
  page: (like, keys, next) => ({ ...like, keys, next }),
};

const idOf = ({ key }: FoundCells): string => key.arn;

/** What a scan found, narrowed down by standing and text; the chosen key in full below. */
export function FoundList({ scan, dialog }: { readonly scan: ScanView; readonly dialog: Dialog }) {
  const [standing, setStanding] = useKept<ScanStanding | null>(dialog, () => null, 'standing');
  const [find, setFind] = useState('');
  const [selected, setSelected] = useState<string | null>(null);
  const show = useDialogs((state) => state.show);
  const pages = usePages(
    'scan.list',
    { scan: scan.id, standing, find, limit: 200 },
    { rows: foundRows },
  );
  const readAt = scan.endedAt ?? scan.beganAt;
  const rows = useMemo(
    () => pages.data?.flatMap(({ keys }) => keys.map((key) => ({ key, readAt }))) ?? [],
    [pages.data, readAt],
  );
  const chosen = rows.find((row) => idOf(row) === selected) ?? null;
  const total = pages.data?.[0]?.total ?? 0;
  return (
    <>
      <Standings counts={scan.counts} chosen={standing} onChoose={setStanding} />
      <NarrowField label="Id, ARN, alias, description or name here" onText={setFind} />
      {pages.failure ? <FailureNotice failure={pages.failure} /> : null}
      <div className={styles['found']}>
        <DataTable
          label="KMS keys"
          columns={foundColumns}
          rows={rows}
          idOf={idOf}
          total={total}
          selected={selected}
          onSelect={(row) => setSelected(idOf(row))}
          onOpen={({ key: { owner, mark } }) => {
            if (owner?.kind === 'key') show({ kind: 'key-properties', key: owner.id });
            else if (mark?.job) show({ kind: 'job', job: mark.job.id });
          }}
          more={pages.more}
          onEnd={pages.loadMore}
          onView={(seen) => pages.look(seen.map(({ key }) => key))}
          empty={whenEmpty(pages, 'Being listed.', emptyTexts.noneOfThose)}
        />
      </div>
      {chosen === null ? (
        <p className="quiet">Choose a key to read what it means, and what can be done.</p>
      ) : (
        <FoundInFull found={chosen.key} readAt={readAt} />
      )}
    </>
  );
}

/** Which keys are listed, with how many there are of each. */
function Standings({
  counts,
  chosen,
  onChoose,
}: {
  readonly counts: ScanView['counts'];
  readonly chosen: ScanStanding | null;
  readonly onChoose: (standing: ScanStanding | null) => void;
}) {
  return (
    <div className={styles['standings']} role="group" aria-label="Show KMS keys that are">
      <Chip pressed={chosen === null} onPress={() => onChoose(null)}>
        All but AWS managed
      </Chip>
      {scanStandings
        .filter((standing) => counts[standing] > 0 || standing === chosen)
        .map((standing) => (
          <Chip
            key={standing}
            pressed={chosen === standing}
            onPress={() => onChoose(chosen === standing ? null : standing)}
          >
            {standingTexts[standing].word} {sayCount(counts[standing])}
          </Chip>
        ))}
    </div>
  );
}
