// SPDX-License-Identifier: Apache-2.0
// element.ts: /fields.js: defines the elements for the shop's page, under our names and under those of KOMOJU Fields.
import { FieldsElement } from './fields_element';
import { PickerElement } from './picker_element';

/** Tells its events under both names. */
class KessaiFields extends FieldsElement {
  protected override readonly prefixes = ['kessai', 'komoju'];
}
class KomojuFields extends FieldsElement {}
class KessaiPicker extends PickerElement {}
class KomojuPicker extends PickerElement {}

for (const [name, made] of Object.entries({ 'kessai-fields': KessaiFields, 'komoju-fields': KomojuFields,
  'kessai-picker': KessaiPicker, 'komoju-picker': KomojuPicker }))
  if (!customElements.get(name)) customElements.define(name, made);
