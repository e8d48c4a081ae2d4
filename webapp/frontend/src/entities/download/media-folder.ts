/** Where finished files lie on the backend's machine. */
import { useQuery } from '@tanstack/react-query';
import { getFolder, showInFolder } from '@/api/downloads.ts';
import type { MediaFolder } from '@/api/types.ts';
import { translate } from '@/i18n/translate.ts';
import { showToast } from '@/stores/toasts.ts';
import { copyText } from '@/utils/clipboard.ts';
import { showErrorToast } from './error-toast.ts';

/** undefined until the backend has told. */
export function useFolder(): MediaFolder | undefined {
  const { data } = useQuery({
    queryKey: ['folder'],
    queryFn: ({ signal }) => getFolder(signal),
    staleTime: 60_000,
  });
  return data;
}

export function pathOf({ path }: MediaFolder, file: string): string {
  return path.endsWith('/') ? path + file : `${path}/${file}`;
}

/** Says what has been copied: a path is worth reading too. */
export async function copyPath(path: string): Promise<void> {
  const copied = await copyText(path);
  showToast({
    key: 'path',
    tone: copied ? 'good' : 'bad',
    title: translate(copied ? 'file.pathCopied' : 'file.pathNotCopied'),
    detail: path,
  });
}

/** One finished file's folder, or that of all for null. */
export function openFolder(id: string | null): void {
  showInFolder(id).catch((error: unknown) => {
    showErrorToast(error as Error);
  });
}
