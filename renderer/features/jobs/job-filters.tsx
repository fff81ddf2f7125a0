import Button from '@mui/material/Button';
import { Chip } from '../../ui/chip.tsx';
import { stateChoices } from './job-filter.ts';
import styles from './jobs.module.css';

/** Which jobs are listed: by state, each with its glyph and word, and of one group only. */
export function JobFilters({
  chosen,
  onToggle,
  group,
  onAllGroups,
}: {
  readonly chosen: ReadonlySet<string>;
  /** Null: all of them. */
  readonly onToggle: (id: string | null) => void;
  readonly group: string | null;
  readonly onAllGroups: () => void;
}) {
  const chip = (id: string | null, glyph: string, word: string, pressed: boolean) => (
    <Chip key={word} pressed={pressed} onPress={() => onToggle(id)}>
      {glyph === '' ? null : (
        <span aria-hidden="true" className="mono">
          {glyph}{' '}
        </span>
      )}
      {word}
    </Chip>
  );
  return (
    <div className={styles['filters']} role="group" aria-label="Show jobs that are">
      {chip(null, '', 'All states', chosen.size === 0)}
      {stateChoices.map(({ id, text }) => chip(id, text.glyph, text.word, chosen.has(id)))}
      {group === null ? null : (
        <>
          <span>
            Only jobs of <strong>{group}</strong>
          </span>
          <Button onClick={onAllGroups}>Show jobs of all groups</Button>
        </>
      )}
    </div>
  );
}
