// SPDX-License-Identifier: Apache-2.0
// checkout.tsx: a session that can be paid: order, methods, what the chosen one asks, total, and the attempt. What has
// been typed outlives a refusal, but for the card's code and passwords.
import { useRef, useState } from 'preact/hooks';
import { useBusy } from '../shared/busy';
import type { ApiError } from '../shared/call';
import { CARD_EMPTY, CardForm, cardDetails, cardErrors, type CardErrors, type CardInput } from '../shared/card_form';
import { Alert, Submit, focusError } from '../shared/form';
import { isLink } from '../shared/link';
import type { Locale } from '../shared/locale';
import { moneyText } from '../shared/money';
import { errorText } from './errors';
import { fieldDetails, fieldError, rowOf, wrongText, type Values } from './fields';
import { FieldsForm, type FieldErrors } from './fields_form';
import { Methods, STORED } from './methods';
import { OnPhone, isDesktop } from './on_phone';
import { Items, Total, totalText } from './order';
import { addNumber, paySession, type Method, type Session } from './session';
import { Back } from './states';
import { TEXTS } from './texts';

// Members of a card's payment_details, and the fields of the form that they come from.
const CARD_FIELDS: Record<string, keyof CardInput> = { number: 'number', month: 'expiry', year: 'expiry', verification_value: 'code', name: 'name' };
const CARD_CODES: Record<string, keyof CardInput> = { bad_verification_value: 'code', card_expired: 'expiry', invalid_number: 'number' };

interface Props {
  session: Session;
  locale: Locale;
  /** Reads the session again: it is not what is shown here any more. */
  onChange: () => Promise<void>;
}

const isShort = (session: Session, method: Method | undefined) => method !== undefined && session.payment?.type === method.type && session.payment.short_amount > 0;

function firstChoice(session: Session): string {
  const paid = session.methods.find((method) => isShort(session, method));
  return paid?.type ?? (session.stored ? STORED : session.methods[0]!.type);
}

export function Checkout({ session, locale, onChange }: Props) {
  const t = TEXTS[locale];
  const [chosen, setChosen] = useState(() => firstChoice(session));
  const [card, setCard] = useState(CARD_EMPTY);
  const [cardWrong, setCardWrong] = useState<CardErrors>({});
  const [cardTold, setCardTold] = useState<CardErrors>({});
  const [values, setValues] = useState<Values>({});
  const [wrong, setWrong] = useState<FieldErrors>({});
  const [busy, start] = useBusy();
  const [failure, setFailure] = useState('');
  const form = useRef<HTMLFormElement>(null);

  const isStored = chosen === STORED;
  const type = isStored ? session.stored?.type : chosen;
  const method = session.methods.find((one) => one.type === type);
  const isCard = method?.flow === 'card' && !isStored;
  const goesOn = isShort(session, method) && !isStored;

  const choose = (choice: string) => { setChosen(choice); setWrong({}); setCardWrong({}); setCardTold({}); setFailure(''); };
  const changeCard = (next: CardInput) => {
    setCardTold(Object.fromEntries(Object.entries(cardTold).filter(([name]) => next[name as keyof CardInput] === card[name as keyof CardInput])));
    setCard(next);
  };
  const changeValues = (next: Values, changed: string) => { setValues(next); if (changed) setWrong({ ...wrong, [changed]: undefined }); };

  /** Whether all is filled in, as far as a browser can tell. */
  const check = (): boolean => {
    if (isStored || !method) return true;
    const ofCard = isCard ? cardErrors(card, locale, method.brands) : {}, ofFields: FieldErrors = {};
    for (const spec of method.fields) {
      const error = fieldError(method.type, spec, values, locale);
      if (error) ofFields[spec.name] = error;
    }
    setCardWrong(ofCard);
    setCardTold({});
    setWrong(ofFields);
    return Object.keys(ofCard).length + Object.keys(ofFields).length === 0;
  };

  /** Says beside the field, or above the form, what the server refuses. */
  const tell = (error: ApiError) => {
    const name = /^payment_details\.(\w+)$/.exec(error.param ?? '')?.[1];
    const cardField = isCard ? (name && CARD_FIELDS[name]) || CARD_CODES[error.code] : undefined;
    if (cardField) setCardTold({ [cardField]: error.param && error.code.endsWith('parameter') ? wrongText(locale) : errorText(error.code, locale) });
    else if (name && method?.fields.some((spec) => spec.name === name)) setWrong({ [name]: wrongText(locale) });
    setCard({ ...card, code: '' });
    setValues(Object.fromEntries(Object.entries(values).filter(([field]) => rowOf(type ?? '', field).type !== 'password')));
    setFailure(errorText(error.code, locale));
    if (form.current) focusError(form.current);
  };

  /** Sends the attempt; the buyer may be on the way to another page then. */
  const send = async (): Promise<'stays' | 'leaves'> => {
    const body = isStored || !method ? { payment_details: 'stored' }
      : { payment_details: { ...(isCard ? cardDetails(card) : {}), ...fieldDetails(method, values), type } };
    const answer = await (goesOn ? addNumber(body) : paySession({ ...body, locale }));
    if (answer.ok) {
      const next = answer.value.redirect_url;
      if (next && isLink(next) && new URL(next, location.href).pathname !== location.pathname) { location.assign(next); return 'leaves'; }
      setValues({ ...values, prepaid_number: '' });
      await onChange();
      return 'stays';
    }
    if (answer.error.code === 'unprocessable_entity' || answer.error.code === 'not_found') await onChange();
    tell(answer.error);
    return 'stays';
  };

  const pay = (event: SubmitEvent) => {
    event.preventDefault();
    const at = event.currentTarget as HTMLElement;
    void start(async () => {
      setFailure('');
      if (check()) return send();
      setFailure(t.check);
      focusError(at);
      return 'stays';
    });
  };

  const total = goesOn ? moneyText(session.payment!.short_amount, session.payment!.currency, locale) : totalText(method, session, locale);
  const label = session.mode === 'customer' ? t.store : t.actions[isStored ? 'card' : method?.flow ?? 'card'](method?.name[locale] ?? '', total ?? '');
  const hasFailed = session.payment !== undefined && ['failed', 'cancelled', 'expired'].includes(session.payment.status);
  return (
    <form ref={form} onSubmit={pay} noValidate aria-busy={busy}>
      <h1>{session.mode === 'customer' ? t.storeTitle : moneyText(session.amount, session.currency, locale)}</h1>
      <Items session={session} locale={locale} />
      {hasFailed && !failure && <p class="note">{t.hasFailed}</p>}
      {goesOn && <p class="note" role="status">{t.short(total ?? '')}</p>}
      <Methods session={session} locale={locale} chosen={chosen} onChoose={choose}>
        {isCard && <CardForm locale={locale} card={card} errors={cardWrong} told={cardTold} brands={method.brands} onCard={changeCard} />}
        {!isStored && method && <FieldsForm key={method.type} locale={locale} method={method} values={values} errors={wrong} onValues={changeValues} />}
        {(isStored || (method && method.flow !== 'card')) && <p class="quiet">{t.explain[isStored ? 'card' : method!.flow]}</p>}
        {!isStored && method?.flow === 'offsite' && !busy && isDesktop() && <OnPhone locale={locale} onLook={() => void onChange()} />}
      </Methods>
      {session.mode !== 'payment' && <p class="note">{t.kept(session.merchant.name)}</p>}
      {!goesOn && <Total session={session} method={method} locale={locale} />}
      {failure && <Alert>{failure}</Alert>}
      <Submit busy={busy}>{busy ? t.busy : label}</Submit>
      <Back session={session} locale={locale} isMain={false} />
    </form>
  );
}
