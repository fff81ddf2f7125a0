import Button from '@mui/material/Button';
import { sayCount } from '../../../shared/text/counted.ts';
import { useSnapshot } from '../../state/snapshot.ts';
import styles from './key-groups.module.css';
import type { KeyTree } from './use-key-tree.ts';
import { sayNews } from './tree-words.ts';

/** How much of everything is in sight, and what waits until somebody wants the order to change. */
export function TreeFoot({ tree }: { readonly tree: KeyTree }) {
  const counts = useSnapshot().data?.counts;
  const all = tree.reader.folders.size + (counts?.groups ?? 0) + (counts?.keys ?? 0);
  const news = sayNews(tree.news);
  return (
    <div className={styles['foot']}>
      <span>
        {`${sayCount(tree.flat.rows.length)} of ${sayCount(all)} shown`}
        <span className="unseen">, folders, key groups and keys together</span>
      </span>
      <span role="status" className="unseen">
        {news}
      </span>
      {news === '' ? null : (
        <Button className={styles['news'] ?? ''} onClick={() => void tree.reader.refresh()}>
          {`Show ${news}`}
        </Button>
      )}
    </div>
  );
}
