import type { ServingView } from '../../../shared/contract/xks-shapes.ts';
import { figureWords, refusalWords, slowTone } from './figure-words.ts';
import styles from './xks.module.css';

type Node = ServingView['nodes'][number];

/** How each proxy that answers did in the last minute, beside what AWS waits for. */
export function ProxyFigures({ nodes }: { readonly nodes: readonly Node[] }) {
  const answering = nodes.flatMap(({ node, figures }) =>
    figures === null ? [] : [{ node, figures }],
  );
  if (answering.length === 0) return null;
  return (
    <section aria-label="The last minute">
      <h3>The last minute</h3>
      <div className={styles['scroll']}>
        <table className={styles['rows']} aria-label="The last minute">
          <thead>
            <tr>
              <th scope="col">Proxy</th>
              <th scope="col">Requests a second</th>
              <th scope="col">Half within</th>
              <th scope="col">99 % within</th>
              <th scope="col">99.9 % within</th>
              <th scope="col">Refused</th>
            </tr>
          </thead>
          <tbody>
            {answering.map(({ node, figures }) => {
              const { rate, p50, p99, p999 } = figureWords(figures);
              return (
                <tr key={node}>
                  <td>{node}</td>
                  <td>{rate}</td>
                  <td>{p50}</td>
                  <td className={slowTone(figures.p99)}>{p99}</td>
                  <td className={slowTone(figures.p999)}>{p999}</td>
                  <td>{refusalWords(figures.refusals)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="quiet">AWS waits 250 ms for an answer, connection included.</p>
    </section>
  );
}
