import { lazyPart } from '@/components/LazyPart.tsx';

export const moveSheet = lazyPart(() => import('./MoveSheet.tsx'));
