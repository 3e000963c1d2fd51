// SPDX-License-Identifier: Apache-2.0
// main.tsx: the page of a slip: what is paid where, under which numbers, until when; and what has become of it.
import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Brand, Contact, readBrand, type BrandLook } from '../shared/brand';
import { Alert } from '../shared/form';
import { isLink } from '../shared/link';
import { localeOf, momentText, speak, type Locale } from '../shared/locale';
import { moneyText } from '../shared/money';
import { QrCode } from '../shared/qr';
import { linesOf, Numbers } from './numbers';
import { follow, holder, isOpen, localeOfAddress, readBarcode, readSlip, type Slip, type Status } from './state';
import { STORES } from './stores';
import { atStore, backTo, BANK_STEPS, PAY_EASY_STEPS, TEXTS } from './texts';

const LOOKS: Partial<Record<Status, string>> = { captured: 'good', refunded: 'good', cancelled: 'bad', expired: 'bad', failed: 'bad' };

/** Nothing is paid, and nothing is to be paid. */
const ENDED: Status[] = ['cancelled', 'expired', 'failed'];

function howOf(slip: Slip, locale: Locale): { title: string; steps: string[] } {
  const t = TEXTS[locale], store = STORES[slip.details.store ?? ''];
  if (slip.type === 'konbini' && store) return { title: atStore[locale](store.name[locale]), steps: store.steps[locale] };
  if (slip.type === 'bank_transfer') return { title: t.bank, steps: BANK_STEPS[locale] };
  if (slip.type === 'pay_easy') return { title: t.payEasy, steps: PAY_EASY_STEPS[locale] };
  return { title: t.other, steps: [] };
}

function toldOf(status: Status, locale: Locale): [string, string] {
  const t = TEXTS[locale];
  switch (status) {
    case 'pending': return [t.waits, t.preparing];
    case 'authorized': return [t.waits, t.waitsText];
    case 'captured': return [t.paid, t.paidText];
    case 'refunded': return [t.refunded, t.refundedText];
    case 'expired': return [t.expired, t.expiredText];
    case 'cancelled': return [t.cancelled, t.cancelledText];
    case 'failed': return [t.failed, t.failedText];
  }
}

/** An address that a link may lead to: of the web, or of an app. */
function linkOf(url: string | null | undefined): string | undefined {
  return url && isLink(url) ? url : undefined;
}

function Sum({ slip, locale }: { slip: Slip; locale: Locale }) {
  const t = TEXTS[locale], text = (minor: number) => moneyText(minor, slip.currency, locale);
  return (
    <table class="sum">
      <tbody>
        {slip.external_order_num && <tr><th scope="row">{t.order}</th><td class="text">{slip.external_order_num}</td></tr>}
        {slip.customer_fee > 0 && <tr><th scope="row">{t.amount}</th><td>{text(slip.amount)}</td></tr>}
        {slip.customer_fee > 0 && <tr><th scope="row">{t.fee}</th><td>{text(slip.customer_fee)}</td></tr>}
        <tr class="total"><th scope="row">{t.total}</th><td>{text(slip.total)}</td></tr>
      </tbody>
    </table>
  );
}

/** The picture for the till; no picture where a store takes none for so much. */
function Barcode({ slip, locale }: { slip: Slip; locale: Locale }) {
  const t = TEXTS[locale], [image, setImage] = useState<string | null>('');
  useEffect(() => {
    void readBarcode(slip.id).then((answer) => setImage(answer.ok && answer.value.image ? answer.value.image : null));
  }, [slip.id]);
  if (image === null) return null;
  return (
    <figure class="barcode">
      <figcaption>{t.barcode}</figcaption>
      {image ? <img src={image} alt={t.barcodeAlt} width="750" height="150" /> : <div class="space" />}
    </figure>
  );
}

/** A store wants the numbers, and a desktop stays at home: the phone opens this page. */
function OnPhone({ locale }: { locale: Locale }) {
  const t = TEXTS[locale];
  if (!matchMedia('(min-width: 48rem) and (pointer: fine)').matches) return null;
  return (
    <section class="no-print">
      <h2>{t.onPhone}</h2>
      <QrCode url={location.href} alt={t.onPhoneAlt} />
    </section>
  );
}

/** What is done now, while it can be. */
function HowTo({ slip, locale }: { slip: Slip; locale: Locale }) {
  const t = TEXTS[locale], { steps } = howOf(slip, locale), lines = linesOf(slip, locale);
  const bank = linkOf(slip.details.payment_url), page = linkOf(slip.details.redirect_url);
  return (
    <>
      {lines.length > 0 && <h2>{slip.type === 'bank_transfer' ? t.account : t.numbers}</h2>}
      {lines.length > 0 && <Numbers lines={lines} locale={locale} />}
      {bank && <a class="main no-print" href={bank}>{t.openBank}</a>}
      {page && <a class="main no-print" href={page}>{t.openPage}</a>}
      {steps.length > 0 && <h2>{t.steps}</h2>}
      {steps.length > 0 && <ol class="steps">{steps.map((step) => <li key={step}>{step}</li>)}</ol>}
      {slip.type === 'konbini' && <Barcode slip={slip} locale={locale} />}
      {slip.type === 'konbini' && <OnPhone locale={locale} />}
    </>
  );
}

function Page({ first, look, locale }: { first: Slip; look: BrandLook; locale: Locale }) {
  const t = TEXTS[locale], [slip, setSlip] = useState(first);
  useEffect(() => follow(first, setSlip), []);
  const { title } = howOf(slip, locale), [state, told] = toldOf(slip.status, locale);
  const heading = isOpen(slip) ? title : state;
  const back = linkOf(slip.return_url);
  useEffect(() => speak(locale, `${heading} - ${slip.merchant.name}`), [heading]);
  return (
    <>
      <Brand {...look} />
      <h1>{heading}</h1>
      <div class={`state ${isOpen(slip) ? 'no-print' : LOOKS[slip.status]}`} role="status">
        {isOpen(slip) && <p><strong>{state}</strong></p>}
        <p>{told}</p>
        {slip.captured_at && <p>{momentText(slip.captured_at, locale)}</p>}
      </div>
      {!ENDED.includes(slip.status) && <Sum slip={slip} locale={locale} />}
      {isOpen(slip) && slip.payment_deadline &&
        <p class="due"><span>{t.due}</span>{momentText(slip.payment_deadline, locale)} ({t.japanTime})</p>}
      {slip.status === 'authorized' && <HowTo slip={slip} locale={locale} />}
      {slip.status === 'authorized' && <button type="button" class="other" onClick={() => print()}>{t.print}</button>}
      {back && <a class="other no-print" href={back}>{backTo[locale](slip.merchant.name)}</a>}
      <Contact contact={look.contact} locale={locale} />
    </>
  );
}

const root = document.getElementById('page')!;
const [answer, found] = await Promise.all([readSlip(), readBrand(holder)]);
const locale = localeOf(localeOfAddress, answer.ok ? answer.value.locale : null, navigator.language);
root.removeAttribute('aria-busy');
if (!answer.ok) speak(locale, TEXTS[locale].gone);
const look = (slip: Slip): BrandLook => found ?? { name: slip.merchant.name, color: null, logo_url: null };
render(answer.ok ? <Page first={answer.value} look={look(answer.value)} locale={locale} /> : <Alert>{TEXTS[locale].gone}</Alert>, root);
