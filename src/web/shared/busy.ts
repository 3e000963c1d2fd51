// SPDX-License-Identifier: Apache-2.0
// busy.ts: one thing at a time. A second press of a button can come before the page is drawn again, so what counts is
// not what is drawn.
import { useRef, useState } from 'preact/hooks';

type Work = () => Promise<'stays' | 'leaves'>;

/** Whether something is under way, and how it starts. Work that comes meanwhile is dropped; a page that leaves stays busy. */
export function useBusy(): [boolean, (work: Work) => Promise<void>] {
  const isBusy = useRef(false);
  const [drawn, setDrawn] = useState(false);
  const start = async (work: Work) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setDrawn(true);
    if (await work() === 'leaves') return;
    isBusy.current = false;
    setDrawn(false);
  };
  return [drawn, start];
}
