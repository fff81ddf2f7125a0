import { SaveText } from '../../ui/save-text.tsx';
import type { JobDetail } from './aws-command.ts';
import { jobAsJson } from './job-report.ts';

/** The job as a file, or as text to paste. */
export const SaveJob = ({ detail }: { readonly detail: JobDetail }) => (
  <SaveText
    name={`job-${detail.job.number}.json`}
    what="job"
    form="JSON"
    type="application/json"
    text={() => jobAsJson(detail)}
  />
);
