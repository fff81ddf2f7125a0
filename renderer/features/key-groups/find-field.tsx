import { type KeyboardEvent, useEffect, useEffectEvent, useId, useRef, useState } from 'react';
import type { Hit } from '../../../shared/contract/session.ts';
import { emptyTexts } from '../../../shared/text/states.ts';
import { useDialogs } from '../../state/dialogs.ts';
import { useFind } from '../../state/find.ts';
import { useKeptOnScreen } from '../../state/kept-on-screen.ts';
import { useNavigation } from '../../state/navigation.ts';
import { useRead } from '../../state/reads.ts';
import { useSettled } from '../../state/settled.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';
import { useXksPlace } from '../xks/xks-place.ts';
import styles from './find-field.module.css';

const kinds: Readonly<Record<Hit['kind'], string>> = {
  folder: 'Folder',
  group: 'Key group',
  key: 'Key',
  job: 'Job',
  'xks-store': 'External key store',
  'xks-key': 'External key',
};

/** Longer than this nothing can be found by. */
const longest = 2048;

/** Typed faster than this (ms) from key to key, only the last text is asked for. */
const rush = 50;

/** Goes to what was found: a place in the tree, or a job. */
function useGoTo(): (hit: Hit) => void {
  const { land, go } = useNavigation();
  const landAtXks = useXksPlace((state) => state.land);
  const show = useDialogs((state) => state.show);
  return (hit) => {
    if (hit.kind === 'job') show({ kind: 'job', job: hit.id });
    else if (hit.kind === 'xks-store' || hit.kind === 'xks-key') {
      landAtXks(hit.id);
      go('xks');
    } else land({ kind: hit.kind, id: hit.id, groupId: hit.groupId, folderIds: hit.folderIds });
  };
}

/** Hits for what is typed; `current` once they belong to this very text. */
function useHits(typed: string, open: boolean) {
  const wanted = typed.trim().slice(0, longest);
  const text = useSettled(wanted, rush, { atOnce: true });
  const read = useRead(
    'session.find',
    { text: text === '' ? '-' : text },
    { enabled: open && text !== '' },
  );
  return {
    hits: wanted === '' || text === '' ? [] : (read.data?.hits ?? []),
    failure: text === '' ? null : read.failure,
    // An answer to an earlier text is shown meanwhile, and never taken for that of this one.
    current: text !== '' && text === wanted && !read.pending && !read.refreshing,
  };
}

/** What is typed, which hit is chosen, and what the keys of a combobox do to them. */
function useFinding() {
  const [text, setText] = useKeptOnScreen('find', '');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const [enterWaits, setEnterWaits] = useState(false);
  const { hits, failure, current } = useHits(text, open);
  const goTo = useGoTo();
  const choose = (hit: Hit): void => {
    setOpen(false);
    setEnterWaits(false);
    goTo(hit);
  };
  const answerEnter = useEffectEvent(() => {
    const [first] = hits;
    if (first) choose(first);
    else setEnterWaits(false);
  });
  useEffect(() => {
    if (enterWaits && current) answerEnter();
  }, [enterWaits, current]);
  const active = Math.min(at, hits.length - 1);
  const shown = open && text.trim() !== '';
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((active + step + hits.length) % Math.max(hits.length, 1));
    } else if (event.key === 'Enter') {
      const hit = hits[active];
      setOpen(true);
      if (!current) setEnterWaits(text.trim() !== '');
      else if (hit) choose(hit);
    } else if (event.key === 'Escape' && text !== '') {
      if (shown) setOpen(false);
      else setText('');
    } else return;
    event.preventDefault();
  };
  const type = (typed: string): void => {
    setText(typed);
    setAt(0);
    setOpen(true);
    setEnterWaits(false);
  };
  return { text, type, shown, setOpen, hits, failure, current, active, choose, onKeyDown };
}

/**
 * The find field: takes a name or a pasted ARN, key id, alias, KCV or request id, and lands on the
 * thing. A combobox: the focus stays in the field while the arrows go through the hits.
 */
export function FindField() {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const finding = useFinding();
  const { text, shown, hits, active } = finding;
  useFocusWhenWanted(input);
  return (
    <div role="search" className={styles['field']}>
      <input
        ref={input}
        type="text"
        role="combobox"
        className={styles['input']}
        aria-label="Find name, alias, key ID, ARN, KCV or request ID"
        placeholder="Find name, alias, key ID, ARN, KCV"
        aria-expanded={shown}
        aria-controls={`${id}-hits`}
        aria-autocomplete="list"
        {...(shown && hits[active] ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        autoComplete="off"
        spellCheck={false}
        value={text}
        maxLength={longest}
        onChange={(event) => finding.type(event.target.value)}
        onFocus={() => finding.setOpen(true)}
        onBlur={() => finding.setOpen(false)}
        onKeyDown={finding.onKeyDown}
      />
      <kbd aria-hidden="true" className={styles['keys']}>
        Ctrl+F
      </kbd>
      <div className={styles['popup']} hidden={!shown}>
        {finding.failure ? <FailureNotice failure={finding.failure} /> : null}
        <ul id={`${id}-hits`} role="listbox" aria-label="Found">
          {shown
            ? hits.map((hit, n) => (
                <HitOption
                  key={`${hit.kind} ${hit.id}`}
                  id={`${id}-${n}`}
                  hit={hit}
                  active={n === active}
                  onChoose={() => finding.choose(hit)}
                />
              ))
            : null}
        </ul>
        <p role="status" className={hits.length > 0 ? 'unseen' : styles['none']}>
          {found(shown, finding.current, hits.length, text)}
        </p>
      </div>
    </div>
  );
}

const found = (shown: boolean, current: boolean, hits: number, text: string): string => {
  if (!shown || !current) return '';
  return hits === 0 ? emptyTexts.nothingFound(text.trim()) : `${hits} found`;
};

function HitOption({
  id,
  hit,
  active,
  onChoose,
}: {
  readonly id: string;
  readonly hit: Hit;
  readonly active: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <li
      id={id}
      role="option"
      aria-selected={active}
      className={styles['hit']}
      // The field keeps the focus while the mouse chooses.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <span className={styles['kind']}>{kinds[hit.kind]}</span>
      <bdi className={styles['title']}>{hit.title}</bdi>
      <bdi className={`${styles['detail']} detail`}>{hit.detail}</bdi>
    </li>
  );
}

function useFocusWhenWanted(input: React.RefObject<HTMLInputElement | null>): void {
  const { focusRequests, answered, answer } = useFind();
  useEffect(() => {
    if (focusRequests === answered) return;
    answer();
    input.current?.focus();
    input.current?.select();
  }, [focusRequests, answered, answer, input]);
}
