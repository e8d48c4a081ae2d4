/** What a person is told about a request that came to nothing. */
import { translate } from '@/i18n/translate.ts';
import { showToast } from '@/stores/toasts.ts';
import { ApiError } from '@/api/problem.ts';

export function errorDetail(error: Error): string {
  if (!(error instanceof ApiError)) return error.message;
  const { problem } = error;
  if (error.away && !error.unreached) return translate('problem.ambiguous');
  const sentences = problem.errors.length > 0 ? problem.errors.map((e) => e.message) : [problem.detail];
  return [...sentences, problem.fix].filter(Boolean).join(' ');
}

export function showErrorToast(error: Error): void {
  showToast({ tone: 'bad', title: translate('action.failed'), detail: errorDetail(error) });
}
