export interface VNode {
  type: unknown;
  props: Record<string, any>;
  key: unknown;
}
export function h(type: unknown, props: Record<string, any> | null, ...children: unknown[]): VNode;
export function render(what: unknown, into: Element): void;
export function createContext(initial: any): any;
