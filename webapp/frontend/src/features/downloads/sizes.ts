/** Which of the sizes that there are is fetched for the one that was chosen. */
import { isAudio, type Choices, type Preview, type Resolution } from '@/api/types.ts';

/** As the backend takes it: the next smaller one where there is none such, else the smallest. */
export function fetchedSize(wanted: Resolution, offered: readonly Resolution[]): Resolution {
  if (wanted === 'best' || offered.length === 0) return wanted;
  const byLines = offered.toSorted((a, b) => linesOf(a) - linesOf(b));
  return byLines.findLast((one) => linesOf(one) <= linesOf(wanted)) ?? byLines[0] ?? wanted;
}

/** The sizes of what a link leads to; none where nobody knows them. */
export function offeredSizes(preview: Preview | null): Resolution[] {
  return preview?.resolutions.map(({ resolution }) => resolution) ?? [];
}

/** What a request says in place of the size that was chosen, where there is none such. */
export function sizeToSend({ format, resolution }: Choices, preview: Preview | null): { resolution?: Resolution } {
  const fetched = fetchedSize(resolution, offeredSizes(preview));
  return isAudio(format) || fetched === resolution ? {} : { resolution: fetched };
}

function linesOf(size: Resolution): number {
  return Number.parseInt(size, 10);
}
