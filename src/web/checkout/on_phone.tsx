// SPDX-License-Identifier: Apache-2.0
// on_phone.tsx: a wallet is on the buyer's phone, and the page on a desktop: the phone takes it along. This screen follows,
// as long as it is seen, so that it tells what has become of it.
import { useEffect } from 'preact/hooks';
import type { Locale } from '../shared/locale';
import { QrCode } from '../shared/qr';
import { TEXTS } from './texts';

const LOOK_MS = 5000;

export const isDesktop = (): boolean => matchMedia('(min-width: 48rem) and (pointer: fine)').matches;

export function OnPhone({ locale, onLook }: { locale: Locale; onLook: () => void }) {
  const t = TEXTS[locale];
  useEffect(() => {
    const timer = setInterval(() => { if (document.visibilityState === 'visible') onLook(); }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="on-phone">
      <p class="quiet">{t.onPhone}</p>
      <QrCode url={location.href} alt={t.onPhoneAlt} />
    </div>
  );
}
