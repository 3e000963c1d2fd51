// SPDX-License-Identifier: Apache-2.0
// numbers.tsx: what is to be typed in elsewhere, large, in groups, each with a button that copies it as it is.
import { useState } from 'preact/hooks';
import type { Locale } from '../shared/locale';
import type { Slip } from './state';
import { STORES } from './stores';
import { TEXTS } from './texts';

export interface Line { label: string; value: string; shown?: string | undefined }

/** Long runs of digits in fours; the gaps are looks, not text. */
function Grouped({ text }: { text: string }) {
  if (!/^\d{10,}$/.test(text)) return <>{text}</>;
  return <>{text.match(/\d{1,4}/g)!.map((part, i) => <span class="part" key={i}>{part}</span>)}</>;
}

export function Numbers({ lines, locale }: { lines: Line[]; locale: Locale }) {
  const t = TEXTS[locale], [copied, setCopied] = useState('');
  const canCopy = 'clipboard' in navigator; // only where the page came by https
  const copy = (line: Line) => async () => {
    try {
      await navigator.clipboard.writeText(line.value);
      setCopied(line.label);
    } catch {
      setCopied('');
    }
  };
  return (
    <>
      <dl class="numbers">
        {lines.map((line) => (
          <div key={line.label}>
            <dt>{line.label}</dt>
            <dd><Grouped text={line.shown ?? line.value} /></dd>
            {canCopy && <dd class="act"><button type="button" onClick={copy(line)}>
              {copied === line.label ? t.copied : t.copy}<span class="unseen">: {line.label}</span></button></dd>}
          </div>
        ))}
      </dl>
      <p class="unseen" role="status">{copied && `${t.copied}: ${copied}`}</p>
    </>
  );
}

/** The lines that have a value. */
const given = (rows: [string, string | undefined, string?][]): Line[] =>
  rows.flatMap(([label, value, shown]) => (value ? [{ label, value, shown }] : []));

/** What each way of paying calls its numbers, in the order in which they are asked for. */
export function linesOf({ type, details }: Slip, locale: Locale): Line[] {
  const t = TEXTS[locale];
  const store = STORES[details.store ?? ''];
  if (type === 'konbini' && store) {
    const dashed = details.store === 'daily-yamazaki' ? details.receipt?.replace(/^(.{4})(.{7})$/, '$1-$2') : undefined;
    const receipt: [string, string | undefined, string?] = [t[store.receipt], details.receipt, dashed];
    const code: [string, string | undefined] = [t[store.code], details.confirmation_code];
    return given(details.store === 'family-mart' ? [code, receipt] : [receipt, code]);
  }
  if (type === 'bank_transfer') {
    const kinds: Record<string, string> = { normal: t.normal, checking: t.checking, savings: t.savings };
    const kind = kinds[details.account_type ?? ''] ?? details.account_type;
    return given([[t.bankName, details.bank_name], [t.branch, details.account_branch_name], [t.accountType, kind],
      [t.accountNumber, details.account_number], [t.accountName, details.account_name], [t.reference, details.order_id]]);
  }
  if (type === 'pay_easy')
    return given([[t.bankId, details.bank_id], [t.customerId, details.customer_id], [t.confirmationId, details.confirmation_id]]);
  return given([[t.number, details.receipt ?? details.pix_payment_code ?? details.bardcode ?? details.transaction_code],
    [t.confirmationNumber, details.confirmation_code], [t.reference, details.order_id]]);
}
