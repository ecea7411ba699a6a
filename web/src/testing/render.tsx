/** Renders inside the product's own providers, at an address. */

import { type RenderResult, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { Router } from "wouter";
import { memoryLocation } from "wouter/memory-location";
import { Providers } from "@/app/providers";

interface Rendered extends RenderResult {
  /** The addresses that were visited; the last is where it is now. */
  history: string[];
}

export function renderAt(path: string, screen: ReactNode): Rendered {
  const { hook, history, searchHook } = memoryLocation({ path, record: true });
  const rendered = render(
    <Providers>
      <Router hook={hook} searchHook={searchHook}>
        {screen}
      </Router>
    </Providers>,
  );
  return { ...rendered, history };
}
