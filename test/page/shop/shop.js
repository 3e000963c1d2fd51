// SPDX-License-Identifier: Apache-2.0
// shop.js: notes the events of the fields, for the test to read.
globalThis.heard = [];
for (const name of ['session-change', 'invalid', 'error'])
  for (const prefix of ['kessai', 'komoju'])
    document.addEventListener(`${prefix}-${name}`, (event) => {
      globalThis.heard.push([event.type, event.detail]);
      if (new URLSearchParams(location.search).has('own')) event.preventDefault();
    });
