/** Catches what a screen could not, and says so instead of showing nothing. */

import { Component, type ReactNode } from "react";
import { ErrorState } from "@/shared/ui/error-state";

interface FailedProps {
  children: ReactNode;
  /** When it changes (another address) the screen gets another chance. */
  resetKey: string;
}

export class Failed extends Component<FailedProps, { error: unknown; at: string }> {
  override state = { error: null as unknown, at: "" };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps(props: FailedProps, state: { error: unknown; at: string }) {
    return props.resetKey === state.at ? null : { error: null, at: props.resetKey };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => window.location.reload()} />;
  }
}
