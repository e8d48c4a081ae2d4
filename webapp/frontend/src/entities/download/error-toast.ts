/** What a person is told about a request that came to nothing. */
import { localFailure, namedField } from '@/i18n/failures.ts';
import { translate } from '@/i18n/translate.ts';
import { showToast } from '@/stores/toasts.ts';
import { ApiError } from '@/api/problem.ts';
import type { Changes } from '@/api/types.ts';

interface Said {
  sentence: string;
  fix: string | null;
  kind: string | null;
  values: Record<string, string>;
}

/** What the backend says went wrong and what to do about it, in the language of the page. */
export function failureText({ sentence, fix, kind, values }: Said): string {
  const told = localFailure({ kind: kind ?? '', values, sentence, fix: fix ?? '' });
  return [told.sentence, told.fix].filter(Boolean).join(' ');
}

export function errorDetail(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  const { problem } = error;
  if (error.away && !error.unreached) return translate('problem.ambiguous');
  const { sentence, fix } = localFailure({ kind: problem.kind ?? '', values: problem.values, sentence: problem.detail, fix: problem.fix ?? '' });
  const said = problem.errors.length > 0 ? problem.errors.map(namedField) : [sentence];
  return [...said, fix].filter(Boolean).join(' ');
}

/** Tells why one of many was not changed. */
export function showRefusal({ detail, ...said }: Changes['refused'][number]): void {
  showToast({ tone: 'bad', title: translate('action.failed'), detail: failureText({ ...said, sentence: detail }) });
}

export function showErrorToast(error: Error): void {
  showToast({ tone: 'bad', title: translate('action.failed'), detail: errorDetail(error) });
}
