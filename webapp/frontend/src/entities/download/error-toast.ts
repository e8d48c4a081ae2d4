/** What a person is told about a request that came to nothing. */
import { localFailure, namedField } from '@/i18n/failures.ts';
import { translate } from '@/i18n/translate.ts';
import { showToast } from '@/stores/toasts.ts';
import { ApiError } from '@/api/problem.ts';

export function errorDetail(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  const { problem } = error;
  if (error.away && !error.unreached) return translate('problem.ambiguous');
  const { sentence, fix } = localFailure({ kind: problem.kind ?? '', values: problem.values, sentence: problem.detail, fix: problem.fix ?? '' });
  const said = problem.errors.length > 0 ? problem.errors.map(namedField) : [sentence];
  return [...said, fix].filter(Boolean).join(' ');
}

export function showErrorToast(error: Error): void {
  showToast({ tone: 'bad', title: translate('action.failed'), detail: errorDetail(error) });
}
