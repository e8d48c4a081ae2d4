import { useState } from 'react';
import { useTranslation } from '@/i18n/translate.ts';
import { copyText } from '@/utils/clipboard.ts';
import { Button } from './Button.tsx';
import { Field } from './Field.tsx';
import css from './Secret.module.css';

interface SecretProps {
  label: string;
  value: string;
  hint: string;
}

/** Something that is shown once, to be copied. */
export function Secret({ label, value, hint }: SecretProps) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <div className={css.secret} role="status">
      <Field
        label={label}
        value={value}
        hint={hint}
        readOnly
        onFocus={(event) => {
          event.target.select();
        }}
      />
      <Button
        icon={copied ? 'check' : 'link'}
        onClick={() => {
          void copyText(value).then(setCopied);
        }}
      >
        {t(copied ? 'secret.copied' : 'secret.copy')}
      </Button>
    </div>
  );
}
