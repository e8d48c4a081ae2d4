/** Where files go and what they are called: what is set for all, and what a template would make. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { getNaming, listFolders, tryNaming } from '@/api/naming.ts';
import { localField } from '@/i18n/failures.ts';
import { ApiError } from '@/api/problem.ts';
import { isAudio, type Format, type Naming } from '@/api/types.ts';

export const NAMING_KEY = ['naming'] as const;

/** undefined until the backend has told. */
export function useNaming(): Naming | undefined {
  return useQuery({ queryKey: NAMING_KEY, queryFn: ({ signal }) => getNaming(signal) }).data;
}

/** Where files of a format go unless something else is said; empty is the media folder itself. */
export function usualFolder({ audio_folder, video_folder }: Naming, format: Format): string {
  return isAudio(format) ? audio_folder : video_folder;
}

/** The folders that there are below the media folder. */
export function useFolders(): readonly string[] {
  const { data } = useQuery({ queryKey: ['folders'], queryFn: ({ signal }) => listFolders(signal), staleTime: 5000 });
  return data ?? [];
}

/** What is asked for: a folder and a name, as they were typed; empty for what is set for all. */
export interface Place {
  folder: string;
  template: string;
}

export interface Example {
  path: string | null;
  errors: Partial<Record<keyof Place, string>>;
}

/** What a file would be called, and what is wrong with what was typed; nothing is asked unless it is `wanted`. */
export function useExample(place: Place, format: Format, wanted = true): Example {
  const { folder, template } = useDeferredValue(place);
  const { data, error } = useQuery({
    queryKey: ['naming-example', folder, template, format],
    queryFn: ({ signal }) => tryNaming({ folder, template, format }, signal),
    placeholderData: keepPreviousData,
    retry: false,
    enabled: wanted,
  });
  const errors: Example['errors'] = {};
  if (error instanceof ApiError) {
    for (const wrong of error.problem.errors) {
      if (wrong.field === 'folder' || wrong.field === 'template') errors[wrong.field] ??= localField(wrong);
    }
  }
  return { path: error ? null : (data?.path ?? null), errors };
}
