// SPDX-License-Identifier: Apache-2.0
// fields_form.tsx: the fields of a payment type beside a card's, as the table of fields.ts says.
import { useState } from 'preact/hooks';
import { Choice, Field } from '../shared/form';
import { katakana } from '../shared/kana';
import type { Locale, Texts } from '../shared/locale';
import { fieldError, fieldsOf, rowOf, shapedOf, VALUES, type Values } from './fields';
import type { FieldSpec, Method } from './session';

export type FieldErrors = Record<string, string | undefined>;

const OPTIONAL: Texts<string> = { ja: '任意', en: 'optional', ko: '선택' };

interface Props { locale: Locale; method: Method; values: Values; errors: FieldErrors; onValues: (values: Values, changed: string) => void }

/** A field is checked when it is left, and all of them when the form is sent. */
export function FieldsForm({ locale, method, values, errors, onValues }: Props) {
  const [left, setLeft] = useState<FieldErrors>({});
  const change = (name: string, text: string, more: Values = {}) => {
    setLeft({ ...left, [name]: undefined });
    onValues({ ...values, [name]: text, ...more }, name);
  };
  const leave = (spec: FieldSpec) => () => {
    const text = values[spec.name] ?? '', shaped = shapedOf(method.type, spec.name, text);
    if (text !== shaped) onValues({ ...values, [spec.name]: shaped }, '');
    setLeft({ ...left, [spec.name]: text === '' ? undefined : fieldError(method.type, spec, values, locale) });
  };
  return (
    <>
      {fieldsOf(method).map((spec) => {
        const row = rowOf(method.type, spec.name), error = left[spec.name] ?? errors[spec.name];
        const label = row.label[locale] + (spec.required ? '' : ` (${OPTIONAL[locale]})`);
        if (spec.values)
          return <Choice key={spec.name} legend={label} name={spec.name} value={values[spec.name] ?? ''} error={error}
            options={spec.values.map((value) => ({ value, label: VALUES[value]?.[locale] ?? value }))}
            onValue={(value) => change(spec.name, value)} />;
        // The reading of a name that is being written joins the field for it, as long as that has nothing of its own.
        const kana = row.reads, reads = kana !== undefined && method.fields.some((other) => other.name === kana);
        return <Field key={spec.name} id={`pd-${spec.name}`} name={spec.name} label={label} value={values[spec.name] ?? ''} error={error}
          type={row.type ?? 'text'} inputMode={row.inputMode} autoComplete={row.autoComplete} maxLength={Math.max(spec.max * 2, 40)}
          hint={row.hint?.[locale]} required={spec.required} onValue={(text) => change(spec.name, text)} onLeave={leave(spec)}
          onReading={reads ? (text, reading) => change(spec.name, text, (values[kana] ?? '') === '' ? { [kana]: katakana(reading) } : {}) : undefined} />;
      })}
    </>
  );
}
