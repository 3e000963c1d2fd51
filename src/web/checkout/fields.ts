// SPDX-License-Identifier: Apache-2.0
// fields.ts: every member of payment_details that a buyer may be asked for: its name in the languages, how it is typed,
// and what can be told to be wrong with it before it is sent. What a type asks the server says (core/details.def); the
// form puts it in the order of this table.
import { hiragana, isBankName, katakana, plain } from '../shared/kana';
import type { Locale, Texts } from '../shared/locale';
import type { FieldSpec, Method } from './session';

interface FieldRow {
  label: Texts<string>;
  hint?: Texts<string>;
  type?: 'email' | 'tel' | 'password';
  inputMode?: 'numeric' | 'email' | 'tel';
  autoComplete?: string;
  shape?: (text: string) => string; // as it is sent; default plain
  isRight?: (text: string) => boolean; // of a shaped text
  wrong?: Texts<string>; // what is said when it is not
  reads?: string; // the field that the reading of what is typed belongs in
}

const digits = (text: string) => text.normalize('NFKC').replace(/[\s-]/g, '');
const solid = (text: string) => text.normalize('NFKC').replace(/\s/g, '');
const hasDigits = (text: string) => /^[-0-9()_+ ]+$/.test(text) && text.replace(/\D/g, '').length >= 10;
const isEmail = (text: string) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text);

const IN_KATAKANA: Texts<string> = { ja: 'カタカナで入力してください', en: 'Please write this in katakana', ko: '가타카나로 입력해 주세요' };
const NO_EMAIL: Texts<string> = { ja: 'メールアドレスの形になっていません（例: hana@example.com）', en: 'This is not an e-mail address (such as hana@example.com)',
  ko: '이메일 주소 형식이 아닙니다 (예: hana@example.com)' };
const NO_PHONE: Texts<string> = { ja: '10桁以上の数字で入力してください', en: 'A telephone number has at least 10 digits', ko: '10자리 이상의 숫자로 입력해 주세요' };

const FIELDS: Record<string, FieldRow> = {
  store: { label: { ja: 'お支払いになるコンビニ', en: 'Convenience store', ko: '편의점' } },
  brand: { label: { ja: '携帯電話会社', en: 'Mobile carrier', ko: '통신사' } },
  family_name: { label: { ja: '姓', en: 'Family name', ko: '성' }, autoComplete: 'family-name', reads: 'family_name_kana' },
  given_name: { label: { ja: '名', en: 'Given name', ko: '이름' }, autoComplete: 'given-name', reads: 'given_name_kana' },
  family_name_kana: { label: { ja: '姓（カタカナ）', en: 'Family name in katakana', ko: '성 (가타카나)' }, shape: katakana, isRight: isBankName, wrong: IN_KATAKANA },
  given_name_kana: { label: { ja: '名（カタカナ）', en: 'Given name in katakana', ko: '이름 (가타카나)' }, shape: katakana, isRight: isBankName, wrong: IN_KATAKANA },
  name: { label: { ja: 'お名前', en: 'Name', ko: '이름' }, autoComplete: 'name' },
  email: { label: { ja: 'メールアドレス', en: 'E-mail address', ko: '이메일 주소' }, type: 'email', inputMode: 'email', autoComplete: 'email', shape: solid, isRight: isEmail, wrong: NO_EMAIL },
  phone: { label: { ja: '電話番号', en: 'Telephone number', ko: '전화번호' }, type: 'tel', inputMode: 'tel', autoComplete: 'tel', isRight: hasDigits, wrong: NO_PHONE },
  prepaid_number: { label: { ja: 'プリペイド番号', en: 'Prepaid number', ko: '선불 번호' }, shape: digits,
    hint: { ja: '空白とハイフンは省いてもかまいません', en: 'You may leave out blanks and hyphens', ko: '공백과 하이픈은 생략해도 됩니다' } },
  'bit_cash.prepaid_number': { label: { ja: 'ひらがなID', en: 'Hiragana ID', ko: '히라가나 ID' }, shape: (text) => hiragana(text).replace(/[\s-]/g, ''),
    isRight: (text) => /^[ぁ-ゖー]+$/.test(text),
    hint: { ja: 'ひらがな16文字', en: '16 hiragana characters', ko: '히라가나 16자' } },
  culture_id: { label: { ja: 'カルチャーランドのID', en: 'Cultureland ID', ko: '컬쳐랜드 아이디' }, autoComplete: 'username' },
  culture_password: { label: { ja: 'パスワード', en: 'Password', ko: '비밀번호' }, type: 'password' },
  happy_money_id: { label: { ja: 'ハッピーマネーのID', en: 'Happy Money ID', ko: '해피머니 아이디' }, autoComplete: 'username' },
  happy_money_password: { label: { ja: 'パスワード', en: 'Password', ko: '비밀번호' }, type: 'password' },
  user_no: { label: { ja: '会員番号', en: 'Member number', ko: '회원 번호' }, shape: digits },
  user_password: { label: { ja: 'パスワード', en: 'Password', ko: '비밀번호' }, type: 'password' },
  birthday: { label: { ja: '生年月日（YYMMDD）', en: 'Date of birth (YYMMDD)', ko: '생년월일 (YYMMDD)' }, inputMode: 'numeric', shape: digits, isRight: (text) => /^\d{6}$/.test(text) },
  first_two_digits_of_pin: { label: { ja: '暗証番号の最初の2桁', en: 'First two digits of the PIN', ko: '비밀번호 앞 두 자리' }, type: 'password', inputMode: 'numeric', shape: digits,
    isRight: (text) => /^\d{2}$/.test(text) },
  cpf_or_cnpj: { label: { ja: 'CPF または CNPJ', en: 'CPF or CNPJ', ko: 'CPF 또는 CNPJ' }, inputMode: 'numeric' },
  cpf: { label: { ja: 'CPF', en: 'CPF', ko: 'CPF' }, inputMode: 'numeric' },
};
const ORDER = Object.keys(FIELDS);

/** What the words of `values` are called; a word without a row is its own name. */
export const VALUES: Record<string, Texts<string>> = {
  'seven-eleven': { ja: 'セブン-イレブン', en: 'Seven-Eleven', ko: '세븐일레븐' },
  lawson: { ja: 'ローソン', en: 'Lawson', ko: '로손' },
  'family-mart': { ja: 'ファミリーマート', en: 'FamilyMart', ko: '패밀리마트' },
  ministop: { ja: 'ミニストップ', en: 'Ministop', ko: '미니스톱' },
  'daily-yamazaki': { ja: 'デイリーヤマザキ', en: 'Daily Yamazaki', ko: '데일리 야마자키' },
  seicomart: { ja: 'セイコーマート', en: 'Seicomart', ko: '세이코마트' },
  docomo: { ja: 'NTTドコモ', en: 'NTT Docomo', ko: 'NTT 도코모' },
  au: { ja: 'au', en: 'au', ko: 'au' },
  softbank: { ja: 'ソフトバンク', en: 'SoftBank', ko: '소프트뱅크' },
};

const TEXTS: Texts<{ missing: string; choose: string; wrong: string; length: (min: number, max: number) => string }> = {
  ja: { missing: '入力してください', choose: '選んでください', wrong: '内容をご確認ください',
    length: (min, max) => (min === max ? `${min}文字で入力してください` : `${min}〜${max}文字で入力してください`) },
  en: { missing: 'Please fill this in', choose: 'Please choose one', wrong: 'Please check this',
    length: (min, max) => (min === max ? `This has ${min} characters` : `This has ${min} to ${max} characters`) },
  ko: { missing: '입력해 주세요', choose: '선택해 주세요', wrong: '내용을 확인해 주세요',
    length: (min, max) => (min === max ? `${min}자로 입력해 주세요` : `${min}~${max}자로 입력해 주세요`) },
};

export type Values = Record<string, string>;

/** How a field of a type is shown and checked. */
export function rowOf(type: string, name: string): FieldRow {
  return FIELDS[`${type}.${name}`] ?? FIELDS[name] ?? { label: { ja: name, en: name, ko: name } };
}

/** The fields of a method in the order of the table. */
export function fieldsOf(method: Method): FieldSpec[] {
  const rank = (spec: FieldSpec) => ORDER.indexOf(spec.name) + 1 || ORDER.length;
  return [...method.fields].sort((a, b) => rank(a) - rank(b));
}

export const shapedOf = (type: string, name: string, text: string): string => (rowOf(type, name).shape ?? plain)(text);

/** What is wrong with a field; undefined: nothing. */
export function fieldError(type: string, spec: FieldSpec, values: Values, locale: Locale): string | undefined {
  const t = TEXTS[locale], text = shapedOf(type, spec.name, values[spec.name] ?? '');
  if (text === '') return !spec.required ? undefined : spec.values ? t.choose : t.missing;
  if (spec.values) return spec.values.includes(text) ? undefined : t.choose;
  const { isRight = () => true, wrong } = rowOf(type, spec.name), count = [...text].length;
  if (!isRight(text)) return wrong?.[locale] ?? t.wrong;
  return count < spec.min || count > spec.max ? t.length(spec.min, spec.max) : undefined;
}

export const wrongText = (locale: Locale): string => TEXTS[locale].wrong;

/** Their part of payment_details. */
export function fieldDetails(method: Method, values: Values): Values {
  const details: Values = {};
  for (const { name } of method.fields) {
    const text = shapedOf(method.type, name, values[name] ?? '');
    if (text !== '') details[name] = text;
  }
  return details;
}
