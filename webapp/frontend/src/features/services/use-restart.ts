import { translate } from '@/i18n/translate.ts';
import { useMutation } from '@tanstack/react-query';
import { showErrorToast } from '@/entities/download/error-toast.ts';
import { showToast } from '@/stores/toasts.ts';
import { restartAll, restartService } from './guard-stream.ts';

/** Asks the guard to restart one service, or the whole stack for null. */
export function useRestart(): (name: string | null) => void {
  const { mutate } = useMutation({
    mutationFn: (name: string | null) => (name === null ? restartAll() : restartService(name)),
    networkMode: 'always', // it is the guard that is asked, not the backend
    retry: false,
    onSuccess: () => {
      showToast({ tone: 'good', title: translate('services.restarting') });
    },
    onError: showErrorToast,
  });
  return mutate;
}
