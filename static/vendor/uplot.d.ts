type Rows = readonly (readonly (number | null)[])[];

/** What of uPlot 1.6 the page uses; its options are a tree of their own. */
export default class uPlot {
  static paths: { bars(options: { size?: number[]; radius?: number[] }): unknown };
  constructor(options: Record<string, any>, data: Rows, place: HTMLElement);
  readonly over: HTMLElement;
  setCursor(at: { left: number; top: number }): void;
  setData(data: Rows): void;
  setSize(size: { width: number; height: number }): void;
  destroy(): void;
}
