// SPDX-License-Identifier: Apache-2.0
// forms.tsx: what is asked for a convenience store, and the additional fields of other types; cards are in shared/card_form.
import type { Method } from '../fields/session';
import { Choice, Field } from '../shared/form';
import type { Locale } from '../shared/locale';
import { moreId, moreOf, type Errors, type Typed } from './details';
import { LABELS, STORES, TEXTS } from './texts';

interface Props { method: Method; locale: Locale; typed: Typed; email: string; errors: Errors; onTyped: (part: Partial<Typed>, id: string) => void }

/** The stores of the session, or all when there is none to tell. */
function storesOf(method: Method, locale: Locale): { value: string; label: string; icon: string }[] {
  const brands = method.brands && !Array.isArray(method.brands) ? Object.keys(method.brands) : Object.keys(STORES.en);
  return brands.map((value) => ({ value, label: STORES[locale][value] ?? value, icon: `/assets/konbini/${encodeURIComponent(value)}.svg` }));
}

export function KonbiniForm({ method, locale, typed, email, errors, onTyped }: Props) {
  const t = TEXTS[locale];
  return (
    <>
      <Choice legend={t.store} name="kb-store" value={typed.store} options={storesOf(method, locale)} error={errors['kb-store']}
        onValue={(store) => onTyped({ store }, 'kb-store')} />
      <Field id="kb-name" name="name" label={t.receiptName} value={typed.name} autoComplete="name" maxLength={100} error={errors['kb-name']}
        onValue={(name) => onTyped({ name }, 'kb-name')} />
      <Field id="kb-email" name="email" label={t.email} type="email" inputMode="email" autoComplete="email" maxLength={255} value={email}
        error={errors['kb-email']} onValue={(text) => onTyped({ email: text }, 'kb-email')} />
    </>
  );
}

const KINDS: Record<string, { type?: 'email' | 'tel'; autoComplete: string }> = {
  email: { type: 'email', autoComplete: 'email' }, phone: { type: 'tel', autoComplete: 'tel' }, name: { autoComplete: 'name' },
  customer_name: { autoComplete: 'name' }, family_name: { autoComplete: 'family-name' }, given_name: { autoComplete: 'given-name' },
};

export function MoreForm({ method, locale, typed, errors, onTyped }: Props) {
  const change = (name: string) => (text: string) => onTyped({ more: { ...typed.more, [name]: text } }, moreId(name));
  return (
    <>
      {moreOf(method).map((name) => {
        const label = LABELS[locale][name] ?? name, value = typed.more[name] ?? '', error = errors[moreId(name)], kind = KINDS[name];
        return name === 'brand' && Array.isArray(method.brands)
          ? <Choice key={name} legend={label} name={moreId(name)} value={value} error={error} onValue={change(name)}
              options={method.brands.map((one) => ({ value: one, label: one }))} />
          : <Field key={name} id={moreId(name)} name={name} label={label} value={value} error={error} onValue={change(name)} maxLength={255}
              type={kind?.type ?? 'text'} inputMode={kind?.type ?? 'text'} autoComplete={kind?.autoComplete ?? 'off'} />;
      })}
      {method.offsite && <p class="hint">{TEXTS[locale].next}</p>}
    </>
  );
}
