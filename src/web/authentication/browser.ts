// SPDX-License-Identifier: Apache-2.0
// browser.ts: what an issuer wants to know of a browser (EMV 3-D Secure 2.2, browser data of the AReq).

// The depths that the message knows; another one is told as the next smaller one.
const DEPTHS = [48, 32, 24, 16, 15, 8, 4, 1];

export const browserData = (): object => ({
  user_agent: navigator.userAgent.slice(0, 2048),
  language: navigator.language.slice(0, 8),
  color_depth: String(DEPTHS.find((depth) => depth <= screen.colorDepth) ?? 1),
  screen_height: String(screen.height),
  screen_width: String(screen.width),
  tz: String(new Date().getTimezoneOffset()),
  java_enabled: false,
  javascript_enabled: true,
});
