import { lazyPart, LazyPart } from '@/components/LazyPart.tsx';
import type { PreviewCardProps } from './PreviewCard.tsx';

export const previewCard = lazyPart(() => import('./PreviewCard.tsx'));

/** What a link leads to; fetched when there is a link. */
export function LazyPreview(given: PreviewCardProps) {
  const { preview, looking, error } = given.state;
  return preview || looking || error ? <LazyPart of={previewCard} given={given} /> : null;
}
