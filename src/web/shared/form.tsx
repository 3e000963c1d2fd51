// SPDX-License-Identifier: Apache-2.0
// form.tsx: fields with their errors beside them, a button that cannot be pressed twice, and messages that are read aloud.
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

interface FieldProps {
  label: string;
  name: string;
  value: string;
  onValue: (value: string) => void;
  onLeave?: () => void;
  error?: string | undefined;
  hint?: string | undefined;
  type?: 'text' | 'email' | 'tel' | 'password';
  inputMode?: 'text' | 'numeric' | 'decimal' | 'email' | 'tel' | undefined;
  autoComplete?: string | undefined;
  required?: boolean;
  /** What is in the field after a word was written with an input method, and how that is read, in hiragana. */
  onReading?: ((value: string, reading: string) => void) | undefined;
  maxLength?: number;
  id?: string;
  after?: ComponentChildren;
}

/** A labelled input; its error and its hint belong to it for who cannot see where they stand. */
export function Field(props: FieldProps) {
  const made = useId(), id = props.id ?? made, reading = useRef('');
  const described = [props.error ? `${id}-error` : '', props.hint ? `${id}-hint` : ''].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <div class="input">
        <input id={id} name={props.name} value={props.value} type={(props.type ?? 'text') as 'text'} list={undefined} inputMode={props.inputMode}
          autocomplete={props.autoComplete ?? 'off'} maxLength={props.maxLength} aria-invalid={props.error ? 'true' : undefined}
          aria-describedby={described || undefined} aria-required={props.required ? 'true' : undefined} spellcheck={false}
          onCompositionUpdate={(event) => { if (/^[ぁ-ゖー]+$/.test(event.data)) reading.current = event.data; }}
          onCompositionEnd={(event) => { if (reading.current) props.onReading?.(event.currentTarget.value, reading.current); reading.current = ''; }}
          onInput={(event) => props.onValue(event.currentTarget.value)} onBlur={props.onLeave} />
        {props.after}
      </div>
      {props.hint && <p class="hint" id={`${id}-hint`}>{props.hint}</p>}
      <p class="error" id={`${id}-error`} aria-live="polite">{props.error}</p>
    </div>
  );
}

interface ChoiceProps {
  legend: string;
  name: string;
  value: string;
  options: { value: string; label: string; icon?: string | undefined }[];
  onValue: (value: string) => void;
  error?: string | undefined;
}

/** One of several, as radio buttons. */
export function Choice(props: ChoiceProps) {
  const id = useId();
  return (
    <fieldset class="choice" data-wrong={props.error ? 'true' : undefined} aria-describedby={props.error ? `${id}-error` : undefined}>
      <legend>{props.legend}</legend>
      {props.options.map((option) => (
        <label key={option.value}>
          <input type="radio" name={props.name} value={option.value} checked={props.value === option.value}
            onChange={() => props.onValue(option.value)} />
          {option.icon && <img src={option.icon} alt="" width="38" height="24" />}
          <span>{option.label}</span>
        </label>
      ))}
      <p class="error" id={`${id}-error`} aria-live="polite">{props.error}</p>
    </fieldset>
  );
}

/** While `busy`, pressing does nothing, and a reader of the screen is told. */
export function Submit({ busy, children }: { busy: boolean; children: ComponentChildren }) {
  return (
    <button type="submit" class="main" aria-disabled={busy ? 'true' : undefined} aria-busy={busy ? 'true' : undefined}
      onClick={(event) => { if (busy) event.preventDefault(); }}>
      {children}
    </button>
  );
}

/** onError of a picture that says nothing new: its place stays, so that nothing moves. */
export function hideImage(event: Event): void {
  (event.currentTarget as HTMLElement).style.visibility = 'hidden';
}

/** Something that has happened, said at once. */
export function Alert({ children }: { children: ComponentChildren }) {
  return <div class="alert" role="alert">{children}</div>;
}

/** Moves to the first field with an error, so that nobody has to look for it. */
export function focusError(form: HTMLElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong] input')?.focus());
}
