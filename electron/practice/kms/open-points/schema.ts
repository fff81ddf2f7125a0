import { z } from 'zod';
import { readReading, type Readings } from './points.ts';

/** What `POST /open-points` takes: readings by the names of their points. */
export const openPointsSchema = z
  .record(z.string(), z.string())
  .transform((given, context): Readings => {
    const readings: Readings[] = [];
    for (const [point, reading] of Object.entries(given)) {
      const read = readReading(point, reading);
      if (read === null)
        context.addIssue({ code: 'custom', path: [point], message: 'no such reading' });
      else readings.push(read);
    }
    return Object.assign({}, ...readings) as Readings;
  });
