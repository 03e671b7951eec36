export function useContext(context: any): any;
export function useEffect(effect: () => unknown, dependencies?: readonly unknown[]): void;
export function useRef(initial?: any): { current: any };
export function useState(initial?: any): [any, (next: any) => void];
