import { useTranslation } from '@/i18n/translate.ts';
import { Sheet } from '@/components/Sheet.tsx';
import { CookieForm } from './CookieForm.tsx';

interface CookieSheetProps {
  site: string;
  onKept: () => void;
  onClose: () => void;
}

/** Asks for the cookies of one site, where something has failed for want of them. */
export default function CookieSheet({ site, onKept, onClose }: CookieSheetProps) {
  const { t } = useTranslation();
  return (
    <Sheet
      title={t('cookies.title', { site })}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <CookieForm
        site={site}
        onKept={() => {
          onKept();
          onClose();
        }}
      />
    </Sheet>
  );
}
